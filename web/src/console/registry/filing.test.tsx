import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { Organization, Practitioner } from 'fhir/r4';
import { describe, expect, test } from 'vitest';
import { bundleOf, open, platform, Refused, type Asked } from '../../test/platform';
import { RegistryPage } from './RegistryPage';

const parameters = (...parameter: unknown[]) => ({ resourceType: 'Parameters', parameter });
const text = (name: string, valueString: string) => ({ name, valueString });
const code = (name: string, valueCode: string) => ({ name, valueCode });
const ME = (role: string) => ({ name: '任婷', role, account: 'a', institution: 'h', fhirUser: 'Practitioner/d', patients: [] });
const DOCTOR: Practitioner = { resourceType: 'Practitioner', id: 'wang', name: [{ text: '王医生' }] };
const HOSPITAL: Organization = { resourceType: 'Organization', id: 'city', name: '市人民医院' };

function answers(role: string, own: (asked: Asked) => unknown): Asked[] {
  return platform((asked) => {
    const said = own(asked);
    if (said !== undefined) return said;
    if (asked.path === '/access/me') return ME(role);
    if (asked.path === 'Practitioner') return bundleOf([DOCTOR]);
    if (asked.path === 'Organization') return bundleOf([HOSPITAL, { resourceType: 'Organization', id: 'county', name: '县医院' }]);
    return parameters();
  });
}

async function choose(label: string, typed: string, option: string) {
  const field = screen.getByRole('combobox', { name: label });
  if (typed === '') await userEvent.click(field);
  else await userEvent.type(field, typed);
  // The lists of fields before it stay in the page.
  const found = await screen.findAllByText(option, { selector: '.ant-select-item-option-content' });
  await userEvent.click(found.at(-1) as HTMLElement);
}

/** Names and values of the Parameters that were sent. */
const sent = (asked: Asked | undefined) => ((asked?.body as { parameter: { name: string; valueString: string }[] } | undefined)?.parameter ?? []).map(({ name, valueString }) => [name, valueString]);

describe('Filing', () => {
  test('a licence marks what is missing, and shows what the server says of a field at the field', async () => {
    let refuse = true;
    const log = answers('operator', ({ path }) => {
      if (path !== 'Practitioner/wang/$file') return undefined;
      return refuse ? new Refused(409, 'conflict', '该编号已属于他人的许可。', "Parameters.parameter.where(name='number')") : DOCTOR;
    });
    await open(<RegistryPage />, { account: true, path: '/registry', at: '/registry?view=licences&file=licences' });
    const form = await screen.findByRole('form', { name: '备案许可' });
    await userEvent.click(within(form).getByRole('button', { name: /提交备案/ }));
    expect(within(form).getAllByText('请填写这一项。')).toHaveLength(3);
    expect(within(form).getByText(/请写明理由/)).toBeDefined();
    expect(log.some(({ path }) => path.endsWith('$file'))).toBe(false);

    await choose('持有人', '王', '王医生');
    await choose('证照', '', '医师执业证书');
    await userEvent.type(screen.getByLabelText('编号'), '110640100000001');
    await userEvent.type(screen.getByLabelText('有效期止'), '2030-12-31');
    await userEvent.type(screen.getByLabelText('理由'), '首次执业注册');
    await userEvent.click(within(form).getByRole('button', { name: /提交备案/ }));
    const problem = await screen.findByText('该编号已属于他人的许可。');
    const number = screen.getByLabelText<HTMLInputElement>('编号');
    expect(number.getAttribute('aria-describedby')).toBe(problem.id);
    expect(number.getAttribute('aria-invalid')).toBe('true');
    expect(number.value).toBe('110640100000001');
    expect(screen.getAllByText('该编号已属于他人的许可。')).toHaveLength(1);

    refuse = false;
    await userEvent.click(within(form).getByRole('button', { name: /提交备案/ }));
    await screen.findByRole('button', { name: '备案许可' });
    expect(sent(log.findLast(({ path }) => path === 'Practitioner/wang/$file'))).toEqual([
      ['kind', 'physician'],
      ['number', '110640100000001'],
      ['end', '2030-12-31'],
      ['reason', '首次执业注册'],
    ]);
  });

  test('a place makes a post once and files it, however often filing is refused', async () => {
    let refuse = true;
    const log = answers('operator', ({ path, method }) => {
      if (path === 'PractitionerRole' && method === 'POST') return { resourceType: 'PractitionerRole', id: 'post' };
      if (path === 'PractitionerRole/post/$file') return refuse ? new Refused(422, 'business-rule', '没有可开处方的许可。', "Parameters.parameter.where(name='right')") : { resourceType: 'PractitionerRole', id: 'post' };
      return undefined;
    });
    await open(<RegistryPage />, { account: true, path: '/registry', at: '/registry?view=places&file=places' });
    const form = await screen.findByRole('form', { name: '备案执业地点' });
    await choose('医务人员', '王', '王医生');
    await choose('执业机构或科室', '县', '县医院');
    await choose('执业地点类别', '', '多点执业');
    await choose('处方权', '', '普通处方权');
    await userEvent.type(screen.getByLabelText('理由'), '多点执业备案');
    await userEvent.click(within(form).getByRole('button', { name: /提交备案/ }));
    await screen.findByText('没有可开处方的许可。');
    refuse = false;
    await userEvent.click(within(form).getByRole('button', { name: /提交备案/ }));
    await screen.findByRole('button', { name: '备案执业地点' });
    const posts = log.filter(({ path, method }) => path === 'PractitionerRole' && method === 'POST');
    expect(posts).toHaveLength(1);
    expect(posts[0]?.body).toMatchObject({ practitioner: { reference: 'Practitioner/wang' }, organization: { reference: 'Organization/county' } });
    expect(sent(log.findLast(({ path }) => path.endsWith('$file')))).toEqual([
      ['site', 'additional'],
      ['online', 'false'],
      ['right', 'ordinary'],
      ['reason', '多点执业备案'],
    ]);
  });

  test('is not offered to who decides', async () => {
    answers('regulator', () => undefined);
    await open(<RegistryPage />, { account: true, path: '/registry', at: '/registry?view=licences&file=licences' });
    await screen.findByText('没有符合条件的记录');
    expect(screen.queryByRole('form', { name: '备案许可' })).toBeNull();
    expect(screen.queryByRole('button', { name: '备案许可' })).toBeNull();
  });
});

describe('A step', () => {
  const place = { name: 'place', part: [text('id', 'post'), text('name', '王医生'), code('state', 'pending'), code('site', 'additional'), code('may', 'agree'), code('may', 'approve')] };

  test('is taken with the version that was looked at, and asks one person alone for the reason', async () => {
    let version = '3';
    const log = answers('operator', ({ path, method, query }) => {
      if (path === '$registry' && query.get('view') === 'places') return parameters(place);
      if (path === 'PractitionerRole/post' && method === 'GET') return { resourceType: 'PractitionerRole', id: 'post', meta: { versionId: version } };
      if (path === 'PractitionerRole/post/$approve') return new Refused(412, 'conflict', '资源已被更改。');
      if (path === 'PractitionerRole/post/$agree') return new Refused(403, 'forbidden', '备案人不能同时代为同意。', "Parameters.parameter.where(name='alone')");
      return undefined;
    });
    await open(<RegistryPage />, { account: true, path: '/registry', at: '/registry?view=places' });
    await userEvent.click(await screen.findByRole('button', { name: '办理' }));
    await userEvent.click(await screen.findByRole('button', { name: '批准' }));
    await userEvent.type(screen.getByLabelText('理由'), '准予备案');
    version = '4';
    await userEvent.click(screen.getByRole('button', { name: /执行：批准/ }));
    await screen.findByText('资源已被更改。');
    const approve = () => log.filter(({ path }) => path.endsWith('$approve'));
    expect(approve()[0]?.ifMatch).toBe('W/"3"');
    await expect.poll(() => log.filter(({ path, method }) => path === 'PractitionerRole/post' && method === 'GET').length).toBe(2);
    await userEvent.click(screen.getByRole('button', { name: /执行：批准/ }));
    await expect.poll(() => approve()[1]?.ifMatch).toBe('W/"4"');

    await userEvent.click(screen.getByRole('button', { name: '同意' }));
    expect(screen.queryByLabelText('一人备案并代为同意的理由')).toBeNull();
    await userEvent.click(screen.getByRole('button', { name: /执行：同意/ }));
    const alone = await screen.findByLabelText('一人备案并代为同意的理由');
    expect(screen.getByText('备案人不能同时代为同意。').id).toBe(alone.getAttribute('aria-describedby'));
    await userEvent.type(alone, '主机构来函');
    await userEvent.click(screen.getByRole('button', { name: /执行：同意/ }));
    await expect.poll(() => sent(log.findLast(({ path }) => path.endsWith('$agree')))).toContainEqual(['alone', '主机构来函']);
  });
});

describe('Alliances', () => {
  const membership = { name: 'alliance', part: [text('id', 'm1'), text('version', '1'), { name: 'lead', valueReference: { reference: 'Organization/city', display: '市人民医院' } }, { name: 'member', valueReference: { reference: 'Organization/county', display: '县医院' } }, code('kind', 'county-community'), code('state', 'proposed'), code('may', 'activate')] };

  test('show who waits to join and let the commission decide', async () => {
    const log = answers('regulator', ({ path, query, method }) => {
      if (path === '$registry' && query.get('view') === 'alliances') return parameters(membership);
      if (path === 'OrganizationAffiliation/m1' && method === 'GET') return { resourceType: 'OrganizationAffiliation', id: 'm1', meta: { versionId: '1' } };
      if (path === 'OrganizationAffiliation/m1/$activate') return { resourceType: 'OrganizationAffiliation', id: 'm1' };
      return undefined;
    });
    await open(<RegistryPage />, { account: true, path: '/registry', at: '/registry?view=alliances' });
    await screen.findByText('县域医共体 · 牵头机构 市人民医院');
    expect(screen.getByText('待批准')).toBeDefined();
    expect(screen.queryByRole('button', { name: '提出加入医联体' })).toBeNull();
    await userEvent.click(screen.getByRole('button', { name: '办理：县医院' }));
    await userEvent.click(await screen.findByRole('button', { name: '启用' }));
    await userEvent.type(screen.getByLabelText('理由'), '同意加入');
    await userEvent.click(screen.getByRole('button', { name: '执行：启用' }));
    await expect.poll(() => log.find(({ path }) => path.endsWith('$activate'))?.ifMatch).toBe('W/"1"');
  });

  test('are proposed with the server’s word at the field', async () => {
    const log = answers('operator', ({ path }) => (path === 'OrganizationAffiliation/$propose' ? new Refused(409, 'conflict', '两家机构已在该联盟中。', "Parameters.parameter.where(name='member')") : undefined));
    await open(<RegistryPage />, { account: true, path: '/registry', at: '/registry?view=alliances' });
    await userEvent.click(await screen.findByRole('button', { name: '提出加入医联体' }));
    await choose('牵头机构', '市', '市人民医院');
    await choose('成员', '县', '县医院');
    await choose('医联体类别', '', '县域医共体');
    await userEvent.type(screen.getByLabelText('理由'), '组建医共体');
    await userEvent.click(screen.getByRole('button', { name: '提出' }));
    const problem = await screen.findByText('两家机构已在该联盟中。');
    expect(screen.getByRole('combobox', { name: '成员' }).getAttribute('aria-describedby')).toBe(problem.id);
    expect(sent(log.find(({ path }) => path.endsWith('$propose')))).toEqual([
      ['lead', 'Organization/city'],
      ['member', 'Organization/county'],
      ['kind', 'county-community'],
      ['reason', '组建医共体'],
    ]);
  });
});
