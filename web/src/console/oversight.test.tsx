import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { Task } from 'fhir/r4';
import { describe, expect, test } from 'vitest';
import { bundleOf, never, open, platform, Refused, type Asked } from '../test/platform';
import { AuditPage } from './audit/AuditPage';
import { sealOf } from './audit/useAudit';
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
