import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { FhirResource } from 'fhir/r4';
import { describe, expect, test } from 'vitest';
import { bundleOf, never, open, platform, Refused, type Asked } from '../../test/platform';
import { RecordPage } from './RecordPage';

const at = { path: '/residents/:id', at: '/residents/7' };
const subject = { reference: 'Patient/7' };
const active = { coding: [{ code: 'active' }] };

const record: FhirResource[] = [
  { resourceType: 'Patient', id: '7', name: [{ text: '马秀兰' }], gender: 'female', birthDate: '1958-03-12' },
  { resourceType: 'AllergyIntolerance', id: 'a', patient: subject, code: { text: '青霉素' }, clinicalStatus: active, criticality: 'high' },
  { resourceType: 'AllergyIntolerance', id: 'b', patient: subject, code: { text: '磺胺' }, clinicalStatus: { coding: [{ code: 'resolved' }] } },
  { resourceType: 'Condition', id: 'c1', subject, code: { text: '高血压' }, clinicalStatus: active, recordedDate: '2024-05-01', onsetDateTime: '2019-01-01' },
  { resourceType: 'Condition', id: 'c2', subject, code: { text: '高血压' }, clinicalStatus: active, recordedDate: '2023-05-01' },
  { resourceType: 'MedicationRequest', id: 'm', subject, status: 'active', intent: 'order', medicationReference: { reference: 'Medication/x' }, authoredOn: '2026-01-01' },
  { resourceType: 'Medication', id: 'x', code: { text: '氨氯地平片' } },
  {
    resourceType: 'Observation',
    id: 'o',
    subject,
    status: 'final',
    category: [{ coding: [{ code: 'laboratory' }] }],
    code: { text: '血钾' },
    effectiveDateTime: '2026-10-15',
    valueQuantity: { value: 6.9, unit: 'mmol/L' },
    interpretation: [{ coding: [{ code: 'HH' }] }],
  },
];

/** Answers searches by type; a prescription brings its medicine along, as `_include` asks. */
function answer({ path }: Asked) {
  const [type, id] = path.split('/');
  if (id !== undefined) return record.find((resource) => resource.resourceType === type && resource.id === id) ?? new Refused(404, 'not-found', '平台上没有这位居民。');
  return bundleOf(record.filter(({ resourceType }) => resourceType === type || (type === 'MedicationRequest' && resourceType === 'Medication')));
}

describe("A resident's record", () => {
  test('keeps the shape of the banner while it loads', async () => {
    platform(() => never);
    await open(<RecordPage />, at);
    expect(screen.getAllByRole('status').length).toBeGreaterThan(1);
    expect(screen.queryByText(/过敏记录/)).toBeNull();
  });

  test('says who it is, and in words what they must not be given', async () => {
    platform(answer);
    await open(<RecordPage />, at);
    await screen.findByRole('heading', { level: 1, name: '马秀兰' });
    await screen.findByText('过敏：青霉素', { exact: false });
    expect(within(screen.getByRole('banner')).queryByText(/磺胺/)).toBeNull();
  });

  test('does not take allergies that could not be read for none', async () => {
    let broken = true;
    platform((asked) => (broken && asked.path === 'AllergyIntolerance' ? new Refused(503, 'transient', '稍后再试。') : answer(asked)));
    await open(<RecordPage />, at);
    const again = await screen.findByRole('button', { name: /没有读到过敏史/ });
    expect(screen.queryByText('无过敏记录')).toBeNull();
    broken = false;
    await userEvent.click(again);
    await screen.findByText('过敏：青霉素', { exact: false });
  });

  test('sums up: each problem once and since when, medicines by name, what is off', async () => {
    platform(answer);
    await open(<RecordPage />, at);
    const card = async (name: string) => within(await screen.findByRole('region', { name }));
    await (await card('现有问题')).findByText('2019-01-01 起');
    expect((await card('现有问题')).getAllByText('高血压')).toHaveLength(1);
    await (await card('在用药')).findByText('氨氯地平片');
    await (await card('最近的异常结果')).findByText('6.9', { exact: false });
    expect((await card('最近的异常结果')).getByText(/危急值/)).toBeTruthy();
  });

  test('says in the words of the server that there is no such resident, and offers no empty record', async () => {
    platform(answer);
    await open(<RecordPage />, { ...at, at: '/residents/none' });
    await screen.findByText('平台上没有这位居民。');
    expect(screen.queryByRole('tab')).toBeNull();
  });

  test('leads a regulator from a visit to its replay, and nobody else', async () => {
    const visit: FhirResource = { resourceType: 'Encounter', id: 'e', status: 'finished', class: { code: 'VR' }, subject, period: { start: '2026-11-20T02:00:00Z' } };
    let role = 'regulator';
    platform((asked) => (asked.path === '/access/me' ? { account: 'a', name: '监管', role, institution: '', patients: [] } : asked.path === 'Encounter' ? bundleOf([visit]) : answer(asked)));
    const timeline = { ...at, at: '/residents/7?view=timeline&kinds=encounter', account: true };
    const regulator = await open(<RecordPage />, timeline);
    expect((await screen.findByRole('link', { name: '回放这次诊疗' })).getAttribute('href')).toBe('/supervision/replay/e');
    regulator.unmount();
    role = 'operator';
    await open(<RecordPage />, timeline);
    await screen.findByText(/2026-11-20/);
    expect(screen.queryByRole('link', { name: '回放这次诊疗' })).toBeNull();
  });

  test('filters the timeline by the address, and asks only for the kinds that are shown', async () => {
    const asked = platform(answer);
    const { router } = await open(<RecordPage />, { ...at, at: '/residents/7?view=timeline&kinds=condition' });
    await waitFor(() => expect(asked.some(({ path }) => path === 'Condition')).toBe(true));
    expect(asked.map(({ path }) => path)).not.toContain('Encounter');
    expect(screen.getByRole('button', { name: '诊断' }).getAttribute('aria-pressed')).toBe('true');
    await userEvent.click(screen.getByRole('button', { name: '就诊' }));
    await waitFor(() => expect(asked.map(({ path }) => path)).toContain('Encounter'));
    expect(router.state.location.search).toContain('encounter');
  });
});
