import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import en from '../../shared/i18n/en';
import { startTranslation } from '../../shared/i18n/i18n';
import zh from '../../shared/i18n/zh';
import { bundleOf, open, platform, Refused, type Asked } from '../../test/platform';
import { forget } from './drafts';
import { draftsOf, emptyLine, emptySheet, faultsOf, requestOf, strengthText, sumOf, withProduct, type Product, type Setting } from './prescription';

const AMLODIPINE: Product = {
  code: { system: 'https://helan.health/fhir/CodeSystem/drug-knowledge', code: 'amlodipine', display: '苯磺酸氨氯地平片' },
  atc: [{ system: 'http://www.whocc.no/atc', code: 'C08CA01' }],
  kind: 'western',
  form: 'tablet',
  route: 'oral',
  unit: '片',
  strengths: [5],
};

const SETTING: Setting = {
  patient: 'p',
  encounter: 'Encounter/e',
  doctor: { reference: 'Practitioner/d' },
  words: { route: () => '口服', times: () => '每日 1 次', each: (dose) => `每次 ${dose}`, confirmed: '居民已当面确认。', comma: '，' },
};

const parameters = (...parameter: unknown[]) => ({ resourceType: 'Parameters', parameter });
const part = (name: string, value: unknown, type = 'valueString') => ({ name, [type]: value });
const drug = { name: 'drug', part: [part('code', AMLODIPINE.code, 'valueCoding'), part('atc', AMLODIPINE.atc[0], 'valueCoding'), part('kind', 'western'), part('form', 'tablet'), part('route', 'oral'), part('unit', '片'), { name: 'strength', valueQuantity: { value: 5, unit: 'mg' } }] };
const finding = (severity: string) => ({ name: 'finding', part: [part('key', 'k'), part('rule', 'single-dose-high'), part('severity', severity), part('code', '2-5'), part('item', '#0'), part('title', '单次剂量过高'), part('sentence', '单次 20 mg，超过 10 mg'), part('source', '一般知识，未经核实')] });
const base = { name: 'base', part: [part('title', '演示用药知识库'), part('version', '1'), part('source', '一般知识'), { name: 'verified', valueBoolean: false }] };

type Sent = { parameter: { name: string; resource?: { dosageInstruction: { doseAndRate: { doseQuantity: { value: number } }[] }[] } }[] };

function answers(own: (asked: Asked) => unknown = () => undefined): Asked[] {
  return platform((asked) => {
    const said = own(asked);
    if (said !== undefined) return said;
    const { path, body } = asked;
    if (path === '/access/me') return { account: 'a', fhirUser: 'Practitioner/d', patients: [], institution: 'h', name: '李医生', role: 'practitioner', post: { institutionName: '某医院', departmentName: '', title: '' } };
    if (path === 'Encounter') return bundleOf([{ resourceType: 'Encounter', id: 'e', status: 'in-progress', class: {} }]);
    if (path === '$drugs') return parameters(drug, base);
    if (path.endsWith('$screen')) {
      const value = (body as Sent).parameter[0]?.resource?.dosageInstruction[0]?.doseAndRate[0]?.doseQuantity.value ?? 0;
      return parameters(...(value > 2 ? [finding('block')] : []), base);
    }
    if (asked.method === 'POST' && path === '/fhir') return { resourceType: 'Bundle', type: 'transaction-response', entry: [{ response: { status: '201', location: 'MedicationRequest/m1/_history/1' } }] };
    if (path === 'MedicationRequest/m1') return { resourceType: 'MedicationRequest', id: 'm1', status: 'draft', intent: 'order', subject: {} };
    if (path.endsWith('$submit-prescription')) return { resourceType: 'Task', id: 't1', status: 'requested', intent: 'order' };
    return bundleOf([]);
  });
}

async function form() {
  const { PrescribePage } = await import('./PrescribePage');
  return open(<PrescribePage />, { path: '/persons/:id/prescribe', at: '/persons/p/prescribe', account: true });
}

const field = (name: string) => screen.getByLabelText(name);

async function write(dose: string) {
  await userEvent.type(await screen.findByLabelText('药品名称'), 'aldp');
  await screen.findByRole('option', { name: /苯磺酸氨氯地平片/ });
  await userEvent.keyboard('{Enter}');
  await waitFor(() => expect(document.activeElement).toBe(field('每次剂量')));
  await userEvent.keyboard(dose);
  await userEvent.selectOptions(field('频次'), 'qd');
  await userEvent.type(field('天数'), '7');
  await userEvent.type(field('总量'), '7');
}

beforeAll(() => startTranslation({ zh, en: () => Promise.resolve(en) }));
beforeEach(forget);

describe('Prescribing', () => {
  test('begins empty, and a drug brings neither dose nor frequency nor days with it', async () => {
    const log = answers();
    await form();
    await userEvent.type(await screen.findByLabelText('药品名称'), 'aldp');
    await screen.findByRole('option', { name: /苯磺酸氨氯地平片/ });
    await userEvent.keyboard('{Enter}');
    for (const name of ['每次剂量', '频次', '天数', '总量']) expect((field(name) as HTMLInputElement).value, name).toBe('');
    expect((field('单位') as HTMLSelectElement).value).toBe('片');
    expect(log.some(({ path }) => path.endsWith('$screen'))).toBe(false);
  });

  test('shows what the rules find while it is written, whose knowledge it is, and forgets it once mended', async () => {
    answers();
    await form();
    await write('4');
    await screen.findByText('单次 20 mg，超过 10 mg');
    screen.getByText('演示知识，未经核实');
    screen.getByText(/有 1 项须修改/);
    await userEvent.clear(field('每次剂量'));
    await userEvent.type(field('每次剂量'), '1');
    await screen.findByText('规则没有发现问题');
    screen.getByText('演示知识，未经核实');
  });

  test('writes drafts and submits them; after a refusal the same drafts are written anew and nothing typed is lost', async () => {
    let refuse = true;
    const log = answers(({ path }) => (path.endsWith('$submit-prescription') && refuse ? new Refused(422, 'business-rule', '没有可用的签名证书。') : undefined));
    const { router } = await form();
    await write('1');
    await userEvent.click(screen.getByRole('button', { name: '签名并提交审核' }));
    await screen.findByText('没有可用的签名证书。');
    expect((field('每次剂量') as HTMLInputElement).value).toBe('1');
    refuse = false;
    await userEvent.click(screen.getByRole('button', { name: /签名并提交审核$/ }));
    await waitFor(() => expect(router.state.location.pathname).toBe('/prescriptions/t1'));
    const written = log.filter(({ path, method }) => path === '/fhir' && method === 'POST').map(({ body }) => (body as { entry: { request: { method: string; url: string }; resource: { status: string; groupIdentifier: { value: string }; medicationCodeableConcept: { text: string } } }[] }).entry);
    // By the number of the line: it is one draft, however often it is written.
    const number = written[0]![0]!.resource.groupIdentifier.value;
    const address = `PUT MedicationRequest?identifier=https://helan.health/fhir/sid/prescription-line|${number}-1`;
    expect(written.map(([entry]) => `${entry!.request.method} ${entry!.request.url}`)).toEqual([address, address]);
    expect(written[0]![0]!.resource).toMatchObject({ status: 'draft', medicationCodeableConcept: { text: '苯磺酸氨氯地平片 5mg' } });
    expect(written[0]![0]!.resource.groupIdentifier.value).toBe(written[1]![0]!.resource.groupIdentifier.value);
  });

  test('goes on after the answer to the drafts was lost, with the same drafts', async () => {
    let lost = true;
    const log = answers(({ path, method }) => (path === '/fhir' && method === 'POST' && lost ? Promise.reject(new TypeError('Failed to fetch')) : undefined));
    const { router } = await form();
    await write('1');
    await userEvent.click(screen.getByRole('button', { name: '签名并提交审核' }));
    await screen.findByText(/连不上平台/);
    lost = false;
    await userEvent.click(screen.getByRole('button', { name: /签名并提交审核$/ }));
    await waitFor(() => expect(router.state.location.pathname).toBe('/prescriptions/t1'));
    const addresses = log.filter(({ path, method }) => path === '/fhir' && method === 'POST').map(({ body }) => (body as { entry: { request: { url: string } }[] }).entry.map(({ request }) => request.url));
    expect(addresses).toHaveLength(2);
    expect(addresses[0]).toEqual(addresses[1]);
    expect(router.state.location.state).toEqual({ earlier: false });
  });

  test('goes on after the answer to the submission was lost: what was submitted is not written again', async () => {
    let lost = true;
    const log = answers(({ path, method }) => {
      if (path.endsWith('$submit-prescription') && lost) return Promise.reject(new TypeError('Failed to fetch'));
      if (path === 'MedicationRequest/m1' && method === 'GET') return { resourceType: 'MedicationRequest', id: 'm1', status: 'on-hold', intent: 'order', subject: {} };
      return undefined;
    });
    const page = await form();
    await write('1');
    await userEvent.click(screen.getByRole('button', { name: '签名并提交审核' }));
    await screen.findByText(/连不上平台/);
    lost = false;
    await userEvent.click(screen.getByRole('button', { name: /签名并提交审核$/ }));
    await waitFor(() => expect(page.router.state.location.pathname).toBe('/prescriptions/t1'));
    expect(log.filter(({ path, method }) => path === '/fhir' && method === 'POST')).toHaveLength(1);
    const submitted = log.filter(({ path }) => path.endsWith('$submit-prescription')).map(({ body }) => body);
    expect(submitted).toHaveLength(2);
    expect(submitted[1]).toEqual(submitted[0]);
    expect(page.router.state.location.state).toEqual({ earlier: true });
  });

  test('keeps what was typed when one goes elsewhere, and says what is missing', async () => {
    answers();
    const first = await form();
    await userEvent.type(await screen.findByLabelText('天数'), '7');
    first.unmount();
    await form();
    expect(((await screen.findByLabelText('天数')) as HTMLInputElement).value).toBe('7');
    await userEvent.click(screen.getByRole('button', { name: '签名并提交审核' }));
    await screen.findByText('请从查到的药品里选定一种。');
    screen.getByText('请填写每次剂量。');
  });

  test('asks for the assessment and the confirmation of a long prescription', async () => {
    const log = answers();
    await form();
    await write('1');
    await userEvent.click(screen.getByLabelText('长期处方'));
    await userEvent.click(screen.getByRole('button', { name: '签名并提交审核' }));
    await screen.findByText('请写长期处方评估。');
    await userEvent.type(field('长期处方评估'), '病情稳定');
    await userEvent.click(screen.getByRole('button', { name: '签名并提交审核' }));
    await screen.findByText('请先与居民确认，再提交长期处方。');
    expect(log.some(({ path }) => path.endsWith('$submit-prescription'))).toBe(false);
  });
});

describe('A drug as it is typed', () => {
  const line = { ...withProduct(emptyLine(), AMLODIPINE), dose: '1', times: 'bid' as const, days: '7', quantity: '14' };

  test('becomes a draft of the doctor’s own that review can read', () => {
    const sheet = { ...emptySheet(), longer: '慢性病', isLong: true, assessment: '病情稳定', confirmed: true };
    const request = requestOf(line, sheet, SETTING, '2026-11-26T00:00:00Z');
    expect(request).toMatchObject({
      status: 'draft',
      intent: 'order',
      requester: { reference: 'Practitioner/d' },
      encounter: { reference: 'Encounter/e' },
      courseOfTherapyType: { coding: [{ code: 'continuous' }] },
      dosageInstruction: [{ timing: { repeat: { frequency: 2, period: 1, periodUnit: 'd' } }, route: { coding: [{ code: '26643006' }], text: '口服' }, doseAndRate: [{ doseQuantity: { value: 1, unit: '片' } }] }],
      dispenseRequest: { quantity: { value: 14, unit: '片' }, expectedSupplyDuration: { value: 7, code: 'd' } },
    });
    expect(request.extension?.map(({ valueString }) => valueString)).toEqual(['慢性病', '病情稳定 居民已当面确认。']);
    // Not confirmed by the resident: no assessment that a rule would count.
    expect(requestOf(line, { ...sheet, confirmed: false }, SETTING, '').extension).toHaveLength(1);
  });

  test('is added up for comparison, and its faults are named', () => {
    expect(sumOf(line)).toBe(14);
    expect(sumOf({ ...line, times: 'q8h' })).toBe(21);
    expect(sumOf({ ...line, times: 'qod', days: '7' })).toBe(3.5);
    expect(sumOf({ ...line, dose: '一片' })).toBeUndefined();
    expect([...faultsOf({ ...line, dose: '0', days: '' })]).toEqual([['dose', 'number'], ['days', 'missing']]);
    expect([5, 500, 1000, 0.05].map(strengthText)).toEqual(['5mg', '0.5g', '1g', '50μg']);
  });

  test('that was written before and is no longer wanted is marked as an error', () => {
    const sheet = emptySheet();
    const bundle = draftsOf([requestOf(line, sheet, SETTING, '')], 2);
    expect(bundle.entry?.map(({ request, resource }) => [request?.url.split('|')[1], (resource as { status?: string }).status])).toEqual([
      [`${sheet.number}-1`, 'draft'],
      [`${sheet.number}-2`, 'entered-in-error'],
    ]);
  });
});

describe('A prescription that is held', () => {
  const whole = (state: string, open: string[]) =>
    parameters(
      { name: 'prescription', part: [part('task', 'Task/t1'), part('number', 'N1'), part('state', state), part('authored', '2026-11-26T00:00:00Z'), part('patient', 'Patient/p'), ...open.map((step) => part('open', step))] },
      { name: 'request', resource: { resourceType: 'MedicationRequest', id: 'm1', status: 'on-hold', intent: 'order', subject: {}, medicationCodeableConcept: { text: '苯磺酸氨氯地平片 5mg' } } },
      { name: 'finding', resource: { resourceType: 'DetectedIssue', id: 'i', status: 'final', severity: 'high', code: { text: '单次剂量过高' }, detail: '单次 20 mg，超过 10 mg\n一般知识', implicated: [{ reference: 'MedicationRequest/m1' }] } },
    );

  test('is never insisted on where the law forbids it', async () => {
    const issue = { resourceType: 'DetectedIssue', id: 'i', meta: { tag: [{ system: 'https://helan.health/fhir/CodeSystem/prescription-review', code: 'forbidden' }] }, status: 'final', severity: 'high', code: { text: '互联网不得开具的药品' }, detail: '曲马多 不得在互联网上开具\n法规' } as const;
    const answer = parameters({ name: 'prescription', part: [part('task', 'Task/t1'), part('number', 'N1'), part('state', 'held'), part('authored', '2026-11-26T00:00:00Z'), part('patient', 'Patient/p'), { name: 'forbidden', valueBoolean: true }, part('open', 'withdraw')] }, { name: 'finding', resource: issue });
    answers(({ path }) => (path === 'Task/t1/$prescription' ? answer : undefined));
    const { PrescriptionPage } = await import('./PrescriptionPage');
    await open(<PrescriptionPage />, { path: '/prescriptions/:task', at: '/prescriptions/t1', account: true });
    await screen.findByText('禁止');
    await screen.findByText(/法规禁止这样开具的药品/);
    expect(screen.queryByRole('button', { name: '坚持开具' })).toBeNull();
    screen.getByRole('button', { name: '撤回并改写' });
  });

  test('is insisted on with a kind of reason and words, or withdrawn to be mended with what was typed', async () => {
    const log = answers(({ path }) => (path === 'Task/t1/$prescription' ? whole('held', ['override', 'withdraw']) : path.includes('$prescription-') ? { resourceType: 'Task', id: 't1' } : undefined));
    const page = await form();
    await write('4');
    await userEvent.click(screen.getByRole('button', { name: '签名并提交审核' }));
    await waitFor(() => expect(page.router.state.location.pathname).toBe('/prescriptions/t1'));
    page.unmount();
    const { PrescriptionPage } = await import('./PrescriptionPage');
    const { router } = await open(<PrescriptionPage />, { path: '/prescriptions/:task', at: '/prescriptions/t1', account: true });
    await screen.findByText('单次 20 mg，超过 10 mg');
    await userEvent.click(screen.getByRole('button', { name: '坚持开具' }));
    await screen.findByText('请选择理由类别。');
    await userEvent.selectOptions(field('理由类别'), 'monitored');
    await userEvent.click(screen.getByRole('button', { name: '坚持开具' }));
    await screen.findByText('至少写 4 个字。');
    expect(log.some(({ path }) => path.endsWith('override'))).toBe(false);
    await userEvent.click(screen.getByRole('button', { name: '撤回并改写' }));
    await waitFor(() => expect(router.state.location.pathname).toBe('/persons/p/prescribe'));
    expect(log.some(({ path }) => path === 'Task/t1/$prescription-withdraw')).toBe(true);
    await form();
    expect(((await screen.findByLabelText('每次剂量')) as HTMLInputElement).value).toBe('4');
    screen.getByText(/已撤回。改好后重新提交/);
  });
});

describe('The list of own prescriptions', () => {
  test('says where each stands, and what came of the comment', async () => {
    const log = answers(({ path, query }) => {
      if (path === '$prescriptions') return parameters({ name: 'prescription', part: [part('task', 'Task/t1'), part('number', 'N1'), part('state', 'returned'), part('drug', '布洛芬片 0.2g'), part('reason', '请核对剂量'), part('authored', '2026-11-26T00:00:00Z')] });
      if (path === '$prescription-comments') return parameters({ name: 'comment', part: [part('task', 'Task/c1'), part('review', 'Task/t1'), part('number', 'N7'), part('state', 'scored'), part('code', '2-5'), part('note', '剂量偏大'), part('open', 'accept'), part('open', 'appeal')] });
      return path === 'Task/t1/$prescription' ? parameters({ name: 'prescription', part: [part('task', 'Task/t1'), part('state', 'effective')] }) : query.has('x') ? undefined : undefined;
    });
    const { PrescriptionsPage } = await import('./PrescriptionsPage');
    await open(<PrescriptionsPage />, { account: true });
    const link = await screen.findByRole('link', { name: /布洛芬片/ });
    within(link).getByText('已退回医师');
    within(link).getByText(/请核对剂量/);
    await userEvent.click(screen.getByText('点评'));
    await screen.findByText('剂量偏大');
    await userEvent.click(screen.getByRole('button', { name: '申诉' }));
    await screen.findByText(/请写明申诉理由/);
    await userEvent.type(screen.getByLabelText('申诉理由'), '专科会诊意见如此');
    await userEvent.click(screen.getByRole('button', { name: '申诉' }));
    await waitFor(() => expect(log.some(({ path }) => path === 'Task/c1/$comment-appeal')).toBe(true));
  });
});
