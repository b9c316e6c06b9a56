import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, test } from 'vitest';
import { bundleOf, platform, Refused, type Asked } from '../../test/platform';
import { openResident } from '../../test/resident';

const parameters = (...parameter: unknown[]) => ({ resourceType: 'Parameters', parameter });
const group = (name: string, ...part: unknown[]) => ({ name, part });
const code = (name: string, valueCode: string) => ({ name, valueCode });
const at = (name: string, valueInstant: string) => ({ name, valueInstant });
const to = (name: string, reference: string, display?: string) => ({ name, valueReference: { reference, display } });
const flag = (name: string, valueBoolean: boolean) => ({ name, valueBoolean });

const HOSPITAL = to('institution', 'Organization/h', '第一互联网医院');
const open = (may: boolean) =>
  group('open', code('kind', 'visit'), HOSPITAL, at('until', '2026-12-25T08:00:00Z'), flag('may', may), group('question', code('id', 'heard'), { name: 'text', valueString: '您的话听完了吗？' }));
const given = group('rating', to('about', 'Encounter/e1'), code('kind', 'visit'), HOSPITAL, at('at', '2026-11-25T08:00:00Z'), { name: 'overall', valueInteger: 4 }, group('answer', code('id', 'heard'), flag('yes', false)), { name: 'words', valueString: '等得久' });

let one: unknown;

function answers(own: (asked: Asked) => unknown = () => undefined): Asked[] {
  return platform((asked) => {
    const told = own(asked);
    if (told !== undefined) return told;
    switch (asked.path) {
      case '/access/me':
        return { name: '丁志明', role: 'resident', account: 'a', institution: '', fhirUser: 'Patient/p', patients: ['p'] };
      case 'Patient':
        return bundleOf([{ resourceType: 'Patient', id: 'p', name: [{ text: '丁志明' }] }]);
      case '$ratings':
        return one;
      default:
        return bundleOf([]);
    }
  });
}

const sent = (log: Asked[]) => log.find((asked) => asked.path === '$rate' && asked.method === 'POST')?.body;

beforeEach(() => {
  sessionStorage.clear();
  one = parameters(open(true));
});

describe('Ratings', () => {
  test('want one choice, keep what was chosen when they are refused, and may be changed', async () => {
    let refuses = true;
    const log = answers(({ path }) => {
      if (path !== '$rate') return undefined;
      if (refuses) return new Refused(422, 'business-rule', '结束已超过 30 天，不能再评价。');
      one = parameters(open(true), given);
      return parameters(given);
    });
    await openResident('/ratings/of?about=Encounter%2Fe1');
    await screen.findByText('这次就诊怎么样？');
    await userEvent.click(screen.getByRole('button', { name: '提交评价' }));
    await screen.findByText('请选一项。');
    expect(sent(log)).toBeUndefined();
    await userEvent.click(screen.getByRole('radio', { name: '满意' }));
    await userEvent.click(screen.getByRole('button', { name: '否' }));
    await userEvent.type(screen.getByLabelText(/想说的话/), '等得久');
    await userEvent.click(screen.getByRole('button', { name: '提交评价' }));
    await screen.findByText('结束已超过 30 天，不能再评价。');
    expect((screen.getByLabelText(/想说的话/) as HTMLTextAreaElement).value).toBe('等得久');
    refuses = false;
    await userEvent.click(screen.getByRole('button', { name: '提交评价' }));
    await screen.findByText('已保存');
    expect(JSON.stringify(sent(log))).toMatch(/Encounter\/e1.*"4".*heard.*false.*等得久/);
    expect(screen.getByRole('button', { name: '修改评价' })).toBeTruthy();
  });

  test('that stand are read, not changed', async () => {
    one = parameters(open(false), given);
    answers();
    await openResident('/ratings/of?about=Encounter%2Fe1');
    await screen.findByText(/评价不再变动/);
    expect(screen.getByText('等得久')).toBeTruthy();
    expect(screen.queryByRole('radio')).toBeNull();
  });

  test('are not to be had for what is not over, nor without a thing', async () => {
    one = parameters(open(false));
    answers();
    await openResident('/ratings/of?about=Encounter%2Fe1');
    await screen.findByText(/现在不能评价/);
  });

  test('begin at a thing', async () => {
    answers();
    await openResident('/ratings/of?about=Patient%2Fp');
    await screen.findByText('请从就诊或配送页面进入。');
  });

  test('are listed; none is said as none', async () => {
    one = parameters(given);
    answers();
    await openResident('/ratings');
    const link = await screen.findByRole('link', { name: /对就诊的评价/ });
    expect(link.textContent).toMatch(/4 分.*第一互联网医院/);
    await waitFor(() => expect(link.getAttribute('href')).toContain('Encounter%2Fe1'));
  });

  test('that are not there are said so', async () => {
    one = parameters();
    answers();
    await openResident('/ratings');
    await screen.findByText('还没有评价');
  });
});
