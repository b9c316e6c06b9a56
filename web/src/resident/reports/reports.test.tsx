import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { DiagnosticReport, DocumentReference, Observation, Task } from 'fhir/r4';
import { describe, expect, test, vi } from 'vitest';
import { bundleOf, platform, Refused, type Asked } from '../../test/platform';
import { openResident } from '../../test/resident';
import { aboutOf } from '../requests/corrections';

const ME = { name: '马秀兰', role: 'resident', account: 'acc', institution: '', fhirUser: 'Patient/p', patients: ['p'] };
const subject = { reference: 'Patient/p' };

const glucose = (id: string, day: string, value: number): Observation => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  subject,
  category: [{ coding: [{ code: 'laboratory' }] }],
  code: { text: '空腹血糖', coding: [{ system: 'http://loinc.org', code: '14771-0' }] },
  effectiveDateTime: day,
  valueQuantity: { value, unit: 'mmol/L' },
  referenceRange: [{ low: { value: 3.9 }, high: { value: 6.1 } }],
});
const normal: Observation = { ...glucose('n', '2026-10-26', 65), code: { text: '肌酐', coding: [{ system: 'http://loinc.org', code: '2160-0' }] }, referenceRange: [{ low: { value: 41 }, high: { value: 111 } }] };
const later = glucose('later', '2026-11-20', 5);
const report: DiagnosticReport = {
  resourceType: 'DiagnosticReport',
  id: 'r',
  meta: { versionId: '2' },
  status: 'final',
  code: { text: '生化' },
  subject,
  effectiveDateTime: '2026-10-26',
  performer: [{ reference: 'Organization/lab', display: '检验中心' }],
  result: [{ reference: 'Observation/n' }, { reference: 'Observation/g' }],
};
const results = [normal, glucose('g', '2026-10-26', 8.31)];
const task: Task = { resourceType: 'Task', id: 't', meta: { versionId: '1' }, status: 'requested', intent: 'order', for: subject, owner: { reference: 'Organization/lab' }, focus: { reference: 'DiagnosticReport/r', display: '生化' }, description: '不是我的结果' };

function answers(own: (asked: Asked) => unknown = () => undefined): Asked[] {
  return platform((asked) => {
    const said = own(asked);
    if (said !== undefined) return said;
    const { path, query, body } = asked;
    if (path === '/access/me') return ME;
    if (path === 'Patient') return bundleOf([{ resourceType: 'Patient', id: 'p', name: [{ text: '马秀兰' }] }]);
    if (path === 'Organization') return bundleOf([{ resourceType: 'Organization', id: 'lab', name: '检验中心' }]);
    if (path === 'DiagnosticReport') return bundleOf([report, ...results]);
    if (path === 'DiagnosticReport/r') return report;
    if (path === 'Observation') return bundleOf(query.has('code') ? [later, ...results, glucose('g1', '2026-04-27', 8.22), glucose('g2', '2026-01-19', 6)] : []);
    if (path.endsWith('$verify-signature')) return { resourceType: 'Parameters', parameter: [{ name: 'valid', valueBoolean: true }, { name: 'signature', part: [{ name: 'when', valueInstant: '2026-10-26T08:00:00Z' }] }] };
    if (path === 'Task' && body === undefined) return bundleOf([task]);
    if (path.startsWith('Task')) return body;
    return bundleOf([]);
  });
}

describe('Reports', () => {
  test('say how much is off before one opens them, and are only what was issued', async () => {
    const log = answers();
    await openResident('/reports');
    await screen.findByText('1 项异常');
    expect(log.find(({ path }) => path === 'DiagnosticReport')?.query.get('status')).not.toContain('preliminary');
  });

  test('lead with the sentence, then what is off with its range, course and signature', async () => {
    answers();
    await openResident('/reports/r');
    await screen.findByRole('heading', { name: '1 项异常' });
    const rows = within(screen.getByRole('list', { name: '各项结果' })).getAllByRole('listitem');
    expect(rows[0]?.textContent).toContain('空腹血糖');
    expect(rows[0]?.textContent).toContain('参考范围 3.9–6.1');
    // What came after the report is no part of its course: 6, 8.22 and 8.31.
    within(rows[0]!).getByRole('img', { name: '3 次，6 至 8.31' });
    await screen.findByText('已签名，核验有效');
  });

  test('do not take a signature that could not be looked at for none', async () => {
    answers(({ path }) => (path.endsWith('$verify-signature') ? new Refused(503, 'transient', '稍后再试。') : undefined));
    await openResident('/reports/r');
    await screen.findByText('没有核验成功');
    expect(screen.queryByText('没有电子签名')).toBeNull();
  });

  test('say that the line is gone while it is', async () => {
    answers();
    await openResident('/reports');
    await screen.findByText('1 项异常');
    vi.spyOn(navigator, 'onLine', 'get').mockReturnValue(false);
    dispatchEvent(new Event('offline'));
    await screen.findByText('没有网络');
    screen.getByText('1 项异常');
    vi.restoreAllMocks();
    dispatchEvent(new Event('online'));
    await waitFor(() => expect(screen.queryByText('没有网络')).toBeNull());
  });
});

describe('Documents', () => {
  test('run nothing of what others wrote', async () => {
    const document: DocumentReference = { resourceType: 'DocumentReference', id: 'd', meta: { versionId: '1' }, status: 'current', description: '出院小结', content: [{ attachment: { contentType: 'text/html', data: btoa('<script>alert(1)</script>x'), title: 'a' } }] };
    answers(({ path }) => (path === 'DocumentReference/d' ? document : undefined));
    vi.spyOn(URL, 'createObjectURL').mockReturnValue('blob:x');
    vi.spyOn(URL, 'revokeObjectURL').mockReturnValue();
    await openResident('/documents/DocumentReference/d');
    const frame = await screen.findByTitle('a');
    expect(frame.getAttribute('sandbox')).toBe('');
  });
});

describe('Corrections', () => {
  test('are asked of the institution that stands for the report, in words, in one’s own name', async () => {
    const log = answers();
    await openResident('/corrections/new?about=DiagnosticReport/r');
    await screen.findByText('检验中心');
    await userEvent.click(screen.getByRole('button', { name: '提交申请' }));
    await screen.findByText('至少写 5 个字。');
    await userEvent.type(screen.getByLabelText('哪里有误，应该是什么'), '这不是我的结果');
    await userEvent.click(screen.getByRole('button', { name: '提交申请' }));
    await screen.findByRole('heading', { level: 1, name: '更正申请' });
    expect(log.find(({ method, path }) => method === 'POST' && path === 'Task')?.body).toMatchObject({
      status: 'requested',
      for: { reference: 'Patient/p' },
      requester: { reference: 'Patient/p' },
      owner: { reference: 'Organization/lab' },
      focus: { reference: 'DiagnosticReport/r' },
      description: '这不是我的结果',
    });
  });

  test('are taken back as they were read', async () => {
    const log = answers();
    await openResident('/corrections');
    await userEvent.click(await screen.findByRole('button', { name: '撤回申请' }));
    await waitFor(() => expect(log.find(({ method }) => method === 'PUT')).toMatchObject({ path: 'Task/t', ifMatch: 'W/"1"', body: { ...task, status: 'cancelled' } }));
  });

  test('name nobody to ask where no institution stands for a record', () => {
    expect(aboutOf({ resourceType: 'Composition', status: 'final', type: {}, date: '', title: 'x', author: [{ reference: 'Practitioner/d' }] }).institution).toBeUndefined();
  });
});
