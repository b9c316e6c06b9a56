import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { Patient } from 'fhir/r4';
import { describe, expect, test } from 'vitest';
import { bundleOf, open, platform, Refused } from '../../test/platform';
import { ResidentsPage } from './ResidentsPage';

const NUMBER = '11010519491231002X';
const ma: Patient = { resourceType: 'Patient', id: '1', name: [{ family: '马', given: ['秀兰'] }], gender: 'female', birthDate: '1949-12-31', identifier: [{ value: NUMBER }] };
const wang: Patient = { resourceType: 'Patient', id: '2', name: [{ text: '王建军' }] };

describe('The resident search', () => {
  test('masks the identity number until it is asked for', async () => {
    platform(() => bundleOf([ma]));
    await open(<ResidentsPage />);
    await screen.findByRole('link', { name: '马秀兰' });
    expect(document.body.innerHTML).not.toContain(NUMBER);
    await userEvent.click(screen.getByRole('button', { name: '显示完整号码' }));
    expect(screen.getByText(NUMBER)).toBeTruthy();
  });

  test('sends what is typed in a body, never in an address', async () => {
    const asked = platform(() => bundleOf([ma]));
    const { router } = await open(<ResidentsPage />, { path: '/residents' });
    await screen.findByRole('link', { name: '马秀兰' });
    await userEvent.type(screen.getByLabelText('姓名'), '马 秀兰');
    await userEvent.type(screen.getByLabelText(/身份证号/), ' 110105 19491231 002x');
    await userEvent.type(screen.getByLabelText(/出生日期/), '1949年12月{Enter}');
    await screen.findByRole('heading', { name: '查找结果' });
    const last = asked.at(-1)!;
    expect([last.method, last.path, last.authorization]).toEqual(['POST', 'Patient/_search', 'Bearer token']);
    expect(last.query.getAll('name')).toEqual(['马', '秀兰']);
    expect(last.query.get('identifier')).toBe(NUMBER);
    expect(last.query.get('birthdate')).toBe('1949-12');
    expect(router.state.location.search + router.state.location.pathname).toBe('/residents');
  });

  test('asks nothing while the date cannot be read, and keeps what was typed', async () => {
    const asked = platform(() => bundleOf([ma]));
    await open(<ResidentsPage />);
    await screen.findByRole('link', { name: '马秀兰' });
    const before = asked.length;
    await userEvent.type(screen.getByLabelText(/出生日期/), '前年{Enter}');
    await screen.findByText(/请写成/);
    expect(asked.length).toBe(before);
    expect(screen.getByLabelText<HTMLInputElement>(/出生日期/).value).toBe('前年');
  });

  test('warns of a wrong check digit', async () => {
    platform(() => bundleOf([]));
    await open(<ResidentsPage />);
    await userEvent.type(screen.getByLabelText(/身份证号/), '110105194912310021');
    await screen.findByText(/校验位不对/);
  });

  test("reads on along the server's own link, and keeps the list when that fails", async () => {
    let broken = true;
    const asked = platform(({ query }) => {
      if (!query.has('page')) return bundleOf([ma], 'http://inside:9/fhir/Patient?page=k2');
      return broken ? new Refused(503, 'transient', '稍后再试。') : bundleOf([wang]);
    });
    await open(<ResidentsPage />);
    await userEvent.click(await screen.findByRole('button', { name: '显示更多' }));
    await screen.findByText('稍后再试。');
    expect(screen.getByRole('link', { name: '马秀兰' })).toBeTruthy();
    broken = false;
    await userEvent.click(screen.getByRole('button', { name: '重试' }));
    await screen.findByRole('link', { name: '王建军' });
    expect(asked.at(-1)?.path).toBe('Patient');
    expect(screen.queryByRole('button', { name: '显示更多' })).toBeNull();
  });

  test('says what to do when nobody matches', async () => {
    platform(() => bundleOf([]));
    await open(<ResidentsPage />);
    await userEvent.type(screen.getByLabelText('姓名'), '无此人{Enter}');
    await screen.findByText('没有找到符合条件的居民');
  });
});
