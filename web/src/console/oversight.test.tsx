import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { Task } from 'fhir/r4';
import { describe, expect, test } from 'vitest';
import { bundleOf, never, open, platform, Refused, type Asked } from '../test/platform';
import { AuditPage } from './audit/AuditPage';
import { sealOf } from './audit/useAudit';
import { CasesPage } from './cases/CasesPage';
import { EmergenciesPage } from './emergencies/EmergenciesPage';
import { Shell } from './Shell';

const task = (state: string, notes: string[] = []): Task => ({
  resourceType: 'Task',
  id: 't',
  status: 'requested',
  intent: 'order',
  businessStatus: { coding: [{ code: state }] },
  for: { reference: 'Patient/p' },
  requester: { reference: 'Practitioner/d' },
  reasonCode: { text: '昏迷送入' },
  restriction: { period: { start: '2026-11-26T03:00:00Z', end: '2026-11-26T07:00:00Z' }, recipient: [{ reference: 'Organization/h' }] },
  note: notes.map((text) => ({ text })),
});

/** Signed in with an account of this role; `own` is asked first. */
async function as(role: string, page: React.ReactNode, own: (asked: Asked) => unknown, path = '/'): Promise<Asked[]> {
  const asked = platform((one) => own(one) ?? (one.path === '/access/me' ? { name: '某某', role, account: 'a', patients: [], institution: '' } : one.path.startsWith('$') || one.path.includes('/$') ? { resourceType: 'Parameters' } : bundleOf([])));
  await open(page, { account: true, path });
  return asked;
}

describe('Emergencies', () => {
  test('keep their shape while they load, and say when there are none', async () => {
    await as('regulator', <EmergenciesPage />, ({ path }) => (path === 'Task/$emergency-reviews' ? never : undefined));
    await screen.findByRole('status', { name: '正在读取' });
  });

  test('are read anew by pressing their link while they are shown', async () => {
    const shown: Task[] = [];
    const page = (
      <>
        <Shell />
        <EmergenciesPage />
      </>
    );
    await as('practitioner', page, ({ path }) => (path === 'Task/$emergency-reviews' ? bundleOf(shown) : undefined), '/emergencies');
    await screen.findByText('没有紧急访问');
    shown.push(task('opened'));
    await userEvent.click(await screen.findByRole('link', { name: '紧急访问' }));
    await screen.findAllByText('昏迷送入');
  });

  test('say in the server’s sentence why they are not shown', async () => {
    await as('operator', <EmergenciesPage />, ({ path }) => (path === 'Task/$emergency-reviews' ? new Refused(403, 'forbidden', '只有监管人员可以审核') : undefined));
    await screen.findByText('只有监管人员可以审核');
  });

  test('are decided by a regulator with a note, beside what was looked at', async () => {
    let reviewed = false;
    const asked = await as('regulator', <EmergenciesPage />, ({ path, method }) => {
      if (path === 'Task/$emergency-reviews') return bundleOf([reviewed ? { ...task('reviewed', ['救命要紧', '属实，认可']), output: [{ type: {}, valueCode: 'justified' }] } : task('justified', ['救命要紧'])]);
      if (path === 'Task/t/$review' && method === 'POST') {
        reviewed = true;
        return task('reviewed');
      }
      if (path === 'AuditEvent')
        return bundleOf([
          { resourceType: 'AuditEvent', id: '1', recorded: '2026-11-26T03:05:00Z', type: {}, subtype: [{ code: 'search-type' }], outcome: '0', source: { observer: {} }, agent: [{ requestor: true }], entity: [{ detail: [{ type: 'type', valueString: 'AllergyIntolerance' }] }] },
        ]);
      return undefined;
    });
    await screen.findByText('救命要紧');
    const evidence = within(await screen.findByRole('region', { name: '这段时间里查阅了什么' }));
    evidence.getByText('11:05');
    const query = asked.find(({ path }) => path === 'AuditEvent')!.query;
    expect([query.get('patient'), query.get('agent'), query.getAll('date')]).toEqual(['p', 'Practitioner/d', ['ge2026-11-26T03:00:00Z', 'le2026-11-26T07:00:00Z']]);
    await userEvent.click(await screen.findByRole('button', { name: '提交判定' }));
    await screen.findByText('请选择判定结果。');
    await screen.findByText('至少写 5 个字。');
    expect(asked.some(({ path }) => path === 'Task/t/$review')).toBe(false);
    await userEvent.click(screen.getByLabelText('理由成立'));
    await userEvent.type(screen.getByLabelText('审核意见'), '属实，认可');
    await userEvent.click(screen.getByRole('button', { name: '提交判定' }));
    await screen.findAllByText('理由成立');
    await expect.poll(() => screen.queryByRole('button', { name: '提交判定' })).toBeNull();
    const body = asked.find(({ path }) => path === 'Task/t/$review')!.body as { parameter: { name: string; valueString: string }[] };
    expect(Object.fromEntries(body.parameter.map(({ name, valueString }) => [name, valueString]))).toEqual({ decision: 'justified', note: '属实，认可' });
  });

  test('that were never justified can only be found a misuse', async () => {
    await as('regulator', <EmergenciesPage />, ({ path }) => (path === 'Task/$emergency-reviews' ? bundleOf([task('opened')]) : undefined));
    expect((await screen.findByLabelText<HTMLInputElement>('理由成立')).disabled).toBe(true);
    expect(screen.getByLabelText<HTMLInputElement>('滥用').disabled).toBe(false);
  });

  test('are justified by practitioners, who decide nothing; what is typed stays when it is refused', async () => {
    await as('practitioner', <EmergenciesPage />, ({ path }) => (path === 'Task/$emergency-reviews' ? bundleOf([task('opened')]) : path === 'Task/t/$justify' ? new Refused(422, 'business-rule', '已经审核，不能再说明') : undefined));
    const field = await screen.findByLabelText<HTMLTextAreaElement>('说明');
    expect(screen.queryByRole('button', { name: '提交判定' })).toBeNull();
    await userEvent.type(field, '昏迷，来不及询问');
    await userEvent.click(screen.getByRole('button', { name: '提交说明' }));
    await screen.findByText('已经审核，不能再说明');
    expect(field.value).toBe('昏迷，来不及询问');
  });
});

const PSEUDONYM = '0a1abcdefgh123456789x';

/** A case that account `a` asked for, unless it says another. */
function regulatoryCase(state: string, more: Partial<Task> = {}): Task {
  const input = (code: string, value: object) => ({ type: { coding: [{ code }] }, ...value });
  return {
    resourceType: 'Task',
    id: 'c',
    status: 'requested',
    intent: 'order',
    businessStatus: { coding: [{ code: state }] },
    authoredOn: '2026-11-26T03:00:00Z',
    requester: { identifier: { value: 'a' } },
    reasonCode: { coding: [{ code: 'insurance-fund' }], text: '核查虚假住院' },
    input: [input('pseudonym', { valueString: PSEUDONYM }), input('document', { valueString: '宁医保稽〔2026〕7号' }), input('hours', { valuePositiveInt: 48 }), input('category', { valueCode: 'PSY' })],
    ...more,
  };
}

const other = { requester: { identifier: { value: 'b' } } };
const approved = { owner: { identifier: { value: 'x' } }, note: [{ text: '已核对文书' }], restriction: { period: { start: '2026-11-26T04:00:00Z', end: '2099-11-28T04:00:00Z' } } };

describe('Cases', () => {
  const bodyOf = (asked: Asked[], path: string) => Object.fromEntries((asked.find((one) => one.path === path)!.body as { parameter: { name: string; valueString?: string; valueInteger?: number }[] }).parameter.map(({ name, valueString, valueInteger }) => [name, valueString ?? valueInteger]));

  test('keep their shape while they load, and lead there only those who oversee', async () => {
    await as('regulator', <><Shell /><CasesPage /></>, ({ path }) => (path === 'Task/$cases' ? never : undefined));
    await screen.findByRole('link', { name: '监管调查' });
    screen.getByRole('status', { name: '正在读取' });
  });

  test('are none of a practitioner’s', async () => {
    await as('practitioner', <Shell />, () => undefined);
    await screen.findByRole('link', { name: '紧急访问' });
    expect(screen.queryByRole('link', { name: '监管调查' })).toBeNull();
  });

  test('are asked for by a regulator under a pseudonym; what is typed stays when it is refused', async () => {
    let refuses = true;
    const shown: Task[] = [];
    const asked = await as('regulator', <CasesPage />, ({ path }) => {
      if (path === 'Task/$cases') return bundleOf(shown);
      if (path === `pseudonymised/Patient/${PSEUDONYM}`) return { resourceType: 'Patient', gender: 'female', birthDate: '1958', address: [{ district: '640122' }] };
      if (path !== `pseudonymised/Patient/${PSEUDONYM}/$open-case`) return undefined;
      if (refuses) return new Refused(503, 'transient', '假名化数据正在重新生成');
      shown.push(regulatoryCase('requested'));
      return shown[0];
    });
    await screen.findByText('没有监管调查');
    await userEvent.click(await screen.findByRole('button', { name: '申请监管调查' }));
    await userEvent.clear(screen.getByLabelText('开放时长（小时）'));
    await userEvent.type(screen.getByLabelText('开放时长（小时）'), '721');
    await userEvent.click(screen.getByRole('button', { name: '提交申请' }));
    for (const problem of ['请填写假名化数据里的患者编号，共 21 位。', '请选择依据。', '请填写所依据文书的文号。', '至少写 5 个字。', '请填 1 至 720 的整数。']) await screen.findByText(problem);
    expect(asked.some(({ method }) => method === 'POST')).toBe(false);
    await userEvent.type(screen.getByLabelText('假名编号'), `Patient/${PSEUDONYM}`);
    await screen.findByText('女 · 1958 年生 · 640122');
    await userEvent.click(screen.getByLabelText('医保基金监管'));
    await userEvent.type(screen.getByLabelText('文号'), '宁医保稽〔2026〕7号');
    await userEvent.type(screen.getByLabelText('理由'), '核查虚假住院');
    await userEvent.clear(screen.getByLabelText('开放时长（小时）'));
    await userEvent.type(screen.getByLabelText('开放时长（小时）'), '48');
    await userEvent.click(screen.getByLabelText('精神卫生'));
    await userEvent.click(screen.getByRole('button', { name: '提交申请' }));
    await screen.findByText('假名化数据正在重新生成');
    expect(screen.getByLabelText<HTMLInputElement>('文号').value).toBe('宁医保稽〔2026〕7号');
    refuses = false;
    await userEvent.click(screen.getByRole('button', { name: '提交申请' }));
    await screen.findByText(/自己提出的申请不能自己审批/);
    expect(bodyOf(asked, `pseudonymised/Patient/${PSEUDONYM}/$open-case`)).toEqual({ reason: '核查虚假住院', ground: 'insurance-fund', document: '宁医保稽〔2026〕7号', hours: 48, category: 'PSY' });
    await expect.poll(() => screen.queryByRole('button', { name: '提交申请' })).toBeNull();
  });

  test('are withdrawn, not decided, by who asked', async () => {
    const asked = await as('regulator', <CasesPage />, ({ path }) => (path === 'Task/$cases' ? bundleOf([regulatoryCase('requested')]) : undefined));
    await screen.findByText(/自己提出的申请不能自己审批/);
    expect(screen.queryByRole('button', { name: '提交审批' })).toBeNull();
    await userEvent.type(screen.getByLabelText('撤回原因'), '文号有误，重提');
    await userEvent.click(screen.getByRole('button', { name: '撤回申请' }));
    await expect.poll(() => asked.some(({ path }) => path === 'Task/c/$close-case')).toBe(true);
    expect(bodyOf(asked, 'Task/c/$close-case')).toEqual({ note: '文号有误，重提' });
  });

  test('are decided by somebody else, an operator too, who asks for none', async () => {
    const asked = await as('operator', <CasesPage />, ({ path }) => (path === 'Task/$cases' ? bundleOf([regulatoryCase('requested', other)]) : undefined));
    await userEvent.click(await screen.findByRole('button', { name: '提交审批' }));
    await screen.findByText('请选择审批结果。');
    expect(screen.queryByRole('button', { name: '申请监管调查' })).toBeNull();
    await userEvent.click(screen.getByLabelText('批准'));
    await userEvent.type(screen.getByLabelText('审批意见'), '已核对文书');
    await userEvent.click(screen.getByRole('button', { name: '提交审批' }));
    await expect.poll(() => asked.some(({ path }) => path === 'Task/c/$approve-case')).toBe(true);
    expect(bodyOf(asked, 'Task/c/$approve-case')).toEqual({ decision: 'approve', note: '已核对文书' });
  });

  const read = { resourceType: 'AuditEvent', id: '1', recorded: '2026-11-26T04:05:00Z', type: {}, subtype: [{ code: 'read' }], outcome: '0', source: { observer: {} }, agent: [{ requestor: true }], entity: [{ detail: [{ type: 'type', valueString: 'Condition' }] }] } as const;
  const listed = { ...read, id: '2', entity: [{ detail: [{ type: 'type', valueString: 'Task' }, { type: 'operation', valueString: 'cases' }] }] } as const;

  test('lead who asked to the record, beside what was looked at in it', async () => {
    const asked = await as('regulator', <CasesPage />, ({ path }) =>
      path === 'Task/$cases' ? bundleOf([regulatoryCase('approved', { ...approved, for: { reference: 'Patient/p' } })]) : path === 'AuditEvent' ? bundleOf([listed, read] as never) : undefined,
    );
    expect((await screen.findByRole('link', { name: '打开居民档案' })).getAttribute('href')).toBe('/residents/p');
    screen.getByText('健康档案，含精神卫生');
    const rows = within(await screen.findByRole('region', { name: '开放期间查阅了什么' })).getAllByRole('row');
    expect(rows.length).toBe(2);
    const query = asked.find(({ path }) => path === 'AuditEvent')!.query;
    expect([query.get('patient'), query.get('altid'), query.getAll('date')]).toEqual(['p', 'a', ['ge2026-11-26T04:00:00Z', 'le2099-11-28T04:00:00Z']]);
  });

  test('tell others all that was looked at in the time, and nobody whose record it is', async () => {
    const asked = await as('regulator', <CasesPage />, ({ path }) => (path === 'Task/$cases' ? bundleOf([regulatoryCase('closed', { ...other, ...approved, note: [{ text: '已核对文书' }, { text: '核查完毕，无异常' }], meta: { lastUpdated: '2026-11-26T05:00:00Z' } })]) : undefined));
    await screen.findByText(/包括假名化数据和其他调查/);
    screen.getByText(/核查完毕，无异常/);
    expect(screen.queryByRole('link', { name: '打开居民档案' })).toBeNull();
    const query = asked.find(({ path }) => path === 'AuditEvent')!.query;
    expect([query.get('patient'), query.get('altid'), query.getAll('date')]).toEqual([null, 'b', ['ge2026-11-26T04:00:00Z', 'le2026-11-26T05:00:00Z']]);
  });

  test('open nothing when their hours are over', async () => {
    await as('regulator', <CasesPage />, ({ path }) => (path === 'Task/$cases' ? bundleOf([regulatoryCase('approved', { ...approved, for: { reference: 'Patient/p' }, restriction: { period: { start: '2020-01-01T00:00:00Z', end: '2020-01-02T00:00:00Z' } } })]) : undefined));
    await screen.findAllByText('已到期');
    expect(screen.queryByRole('link', { name: '打开居民档案' })).toBeNull();
    screen.getByRole('button', { name: '结束调查' });
  });
});

describe('The audit', () => {
  const body = ['helan-audit-seal-1', '17', '2026-11-26T03:00:00Z', '0'.repeat(64), 'ab'.repeat(32), 'SM3withSM2', 'head 1 42 aa', 'head 2 7 bb', 'closed 3 9 cc', ''].join('\n');

  test('reads a seal as it was written, and nothing else as one', () => {
    expect(sealOf({ resourceType: 'Parameters', parameter: [{ name: 'body', valueString: body }] })).toMatchObject({ number: 17, time: '2026-11-26T03:00:00Z', algorithm: 'SM3withSM2', chains: 2, closed: 1 });
    expect(sealOf({ resourceType: 'Parameters' })).toBeUndefined();
    expect(sealOf({ resourceType: 'Parameters', parameter: [{ name: 'body', valueString: 'something\n1' }] })).toBeUndefined();
  });

  test('asks for data keys only where the role may see them', async () => {
    const asked = await as('regulator', <AuditPage />, ({ path }) => (path === '$audit-seal' ? { resourceType: 'Parameters', parameter: [{ name: 'body', valueString: body }] } : undefined));
    await screen.findByText('SM3withSM2');
    await screen.findByText('2 条进行中，1 条关闭');
    await screen.findByText('没有符合条件的记录');
    expect(asked.map(({ path }) => path)).not.toContain('$encryption-status');
    expect(screen.queryByText('数据密钥')).toBeNull();
  });

  test('takes an alert a step on with what was found', async () => {
    const alert = { name: 'alert', part: [{ name: 'id', valueId: 'x1' }, { name: 'kind', valueCode: 'night' }, { name: 'state', valueCode: 'detected' }, { name: 'caller', valueString: 'acc' }, { name: 'role', valueCode: 'practitioner' }, { name: 'count', valueDecimal: 31 }] };
    const asked = await as('operator', <AuditPage />, ({ path }) => (path === 'AuditEvent/$alerts' ? { resourceType: 'Parameters', parameter: [alert] } : undefined));
    await screen.findByText('夜间查阅');
    await userEvent.click(screen.getByRole('button', { name: '处理' }));
    expect(screen.getByRole<HTMLButtonElement>('button', { name: '受理' }).disabled).toBe(true);
    await userEvent.type(screen.getByLabelText(/发现了什么/), '与值班表核对');
    await userEvent.click(screen.getByRole('button', { name: '受理' }));
    await expect.poll(() => asked.find(({ path }) => path === 'AuditEvent/$handle-alert')?.body).toMatchObject({ parameter: [{ valueString: 'x1' }, { valueString: 'triage' }, { valueString: '与值班表核对' }] });
  });
});
