import { QueryClientProvider, QueryClient } from '@tanstack/react-query';
import { render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { Bundle, Composition, Encounter, FhirResource, Patient, Task } from 'fhir/r4';
import { beforeEach, describe, expect, test } from 'vitest';
import en from '../shared/i18n/en';
import { startTranslation } from '../shared/i18n/i18n';
import zh from '../shared/i18n/zh';
import { signIn } from '../shared/session/session';
import { bundleOf, platform, Refused, type Asked } from '../test/platform';
import { Workbench } from './Workbench';

const ME = { name: '李医生', role: 'practitioner', account: 'a', institution: 'h', fhirUser: 'Practitioner/d', patients: [], post: { institutionName: '县医院', departmentName: '内科', title: '主治医师' } };
const PATIENT: Patient = { resourceType: 'Patient', id: 'p', name: [{ text: '马秀兰' }], gender: 'female', birthDate: '1958-03-12', identifier: [{ value: '649100195803120002' }] };
const MASKED: Patient = { resourceType: 'Patient', id: 'm', meta: { tag: [{ code: 'SUBSETTED' }] }, name: [{ text: '陈*英' }] };
const VISIT: Encounter = { resourceType: 'Encounter', id: 'e', meta: { versionId: '2' }, status: 'in-progress', class: { code: 'AMB' }, subject: { reference: 'Patient/p' }, period: { start: '2026-11-26T08:00:00Z' } };
const ASKED: Task = {
  resourceType: 'Task',
  id: 't',
  meta: { versionId: '1' },
  status: 'requested',
  intent: 'order',
  for: { reference: 'Patient/p' },
  focus: { reference: 'DiagnosticReport/r', display: '血常规' },
  description: '血型应为 A 型',
};

const note = (bundle: unknown): Composition => (bundle as Bundle).entry?.at(-1)?.resource as Composition;

/** The answers that every page needs; `own` is asked first. */
function answers(own: (asked: Asked) => unknown = () => undefined): Asked[] {
  let written: Composition | undefined;
  return platform((asked) => {
    const said = own(asked);
    if (said !== undefined) return said;
    const { path, method, body } = asked;
    if (path === '/access/me') return ME;
    if (method === 'POST' && path === '/fhir') {
      written = { ...note(body), id: 'n', meta: { versionId: '1' } };
      return { resourceType: 'Bundle', type: 'transaction-response', entry: [{ response: { status: '201', location: 'http://x/fhir/Composition/n/_history/1' } }] };
    }
    if (path === 'Composition/n') return written;
    if (path.endsWith('$sign')) return { resourceType: 'Provenance' };
    if (path.endsWith('$verify-signature')) return { resourceType: 'Parameters', parameter: [{ name: 'valid', valueBoolean: true }, { name: 'signature', part: [{ name: 'when', valueInstant: '2026-11-26T08:30:00Z' }] }] };
    if (path === 'ValueSet/$expand') return { resourceType: 'ValueSet', expansion: { contains: [{ code: 'I10', display: '原发性高血压' }, { code: 'I11', display: '高血压性心脏病' }] } };
    if (path === 'Patient/p') return PATIENT;
    if (path === 'Patient/m') return MASKED;
    if (path === 'Encounter') return bundleOf([VISIT, PATIENT]);
    if (path === 'Encounter/e') return VISIT;
    if (path === 'Task') return bundleOf([ASKED]);
    if (path.startsWith('Organization/')) return { resourceType: 'Organization', id: 'h', name: '县医院' };
    if (path.startsWith('Encounter/') || path.startsWith('Task/')) return body as FhirResource;
    return bundleOf([]);
  });
}

async function open(route: string, me = true) {
  await startTranslation({ zh, en: () => Promise.resolve(en) });
  signIn('token', me ? 'refresh' : undefined);
  location.hash = route;
  render(
    <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
      <Workbench />
    </QueryClientProvider>,
  );
}

const type = (text: string) => userEvent.keyboard(text.replaceAll('[', '[['));

beforeEach(() => {
  sessionStorage.clear();
  localStorage.clear();
});

describe('The workbench', () => {
  test('offers doctors no work of the pharmacy, of couriers and of cashiers, and asks for none of it', async () => {
    const log = answers();
    await open('/');
    await screen.findByRole('link', { name: /处方/ });
    await screen.findByText('马秀兰');
    for (const work of [/审方/, /处方调配/, /配送/, /收费结算/, /医保审核/]) expect(screen.queryByRole('link', { name: work })).toBeNull();
    expect(log.filter(({ path, query }) => /circulations|parcels/.test(path) || query.get('side') === 'pharmacist')).toEqual([]);
  });

  test('leads a cashier to the bills, by the post', async () => {
    answers(({ path }) => (path === '/access/me' ? { ...ME, post: { institutionName: '县医院', departmentName: '', title: '收费员', codes: ['https://helan.health/fhir/CodeSystem/practitioner-role|cashier'] } } : undefined));
    await open('/');
    await screen.findByRole('heading', { level: 1, name: '收费结算' });
    expect(screen.getByRole('link', { name: /收费结算/ })).toBeTruthy();
    for (const work of [/医保审核/, /在诊患者/, /候诊叫号/, /互联网复诊/, /待签病历/, /处方/, /紧急访问/]) expect(screen.queryByRole('link', { name: work })).toBeNull();
  });

  const OFFICER = { ...ME, post: { institutionName: '县医院', departmentName: '', title: '财务', codes: ['https://helan.health/fhir/CodeSystem/practitioner-role|finance-officer'] } };
  const CASHIER = { ...ME, post: { ...OFFICER.post, codes: ['https://helan.health/fhir/CodeSystem/practitioner-role|cashier'] } };
  const toThePosts = (me: typeof OFFICER) => answers(({ path }) => (path === '/access/me' ? me : undefined));

  test('asks for nothing of lists that one does not see', async () => {
    const log = toThePosts(CASHIER);
    await open('/');
    await screen.findByRole('heading', { level: 1, name: '收费结算' });
    expect(log.filter(({ path }) => /^(\$(?!card-terminals)|Encounter|Composition|Task|HealthcareService)/.test(path)).map(({ path }) => path)).toEqual([]);
  });

  test('numbers the lists that one sees: 1 is the first of them, for a cashier the bills', async () => {
    toThePosts(CASHIER);
    await open('#/find');
    expect((await screen.findByRole('link', { name: '收费结算' })).getAttribute('aria-keyshortcuts')).toBe('1');
    await userEvent.keyboard('?');
    const help = within(await screen.findByRole('complementary', { name: '快捷键' }));
    expect(help.queryByText('在诊患者')).toBeNull();
    expect(help.queryByText('2')).toBeNull();
    await userEvent.keyboard('{Escape}1');
    await screen.findByRole('heading', { level: 1, name: '收费结算' });
  });

  test('leads from its name to the own work', async () => {
    toThePosts(OFFICER);
    await open('#/lists/claims');
    await screen.findByRole('heading', { level: 1, name: '医保审核' });
    await userEvent.click(screen.getByRole('link', { name: zh.workbench.shell.home }));
    await screen.findByRole('heading', { level: 1, name: zh.workbench.lists.finance });
    expect(screen.getByRole('link', { name: new RegExp(zh.workbench.lists.finance) }).getAttribute('aria-keyshortcuts')).toBe('3');
  });

  test('shows how many wait in each list, and goes through them with the keyboard', async () => {
    answers();
    await open('#/lists/patients');
    await screen.findByText('马秀兰');
    expect(within(screen.getByRole('navigation', { name: '工作列表' })).getAllByText('1 项待办').length).toBe(2);
    await userEvent.keyboard('?');
    await screen.findByRole('complementary', { name: '快捷键' });
    await userEvent.keyboard('{Escape}');
    expect(screen.queryByRole('complementary', { name: '快捷键' })).toBeNull();
    await userEvent.keyboard('j');
    expect(document.activeElement?.getAttribute('href')).toContain('/persons/p?encounter=e');
    await userEvent.keyboard('5');
    await screen.findByText('血型应为 A 型');
  });

  test('lets keys be letters where one types, but for those with Ctrl', async () => {
    answers();
    await open('#/lists/patients');
    await screen.findByText('马秀兰');
    await userEvent.keyboard('/');
    await type('3?j');
    expect(screen.getByRole<HTMLInputElement>('textbox', { name: '姓名或完整身份证号' }).value).toBe('3?j');
    expect(screen.queryByRole('complementary', { name: '快捷键' })).toBeNull();
    screen.getByRole('heading', { level: 1, name: '在诊患者' });
  });

  test('asks nothing of a record that is not open, and opens it for an emergency with a reason only', async () => {
    const log = answers(({ path }) => (path.endsWith('$emergency-access') ? { resourceType: 'Task' } : undefined));
    await open('#/persons/m');
    await screen.findByRole('heading', { name: '档案没有对您开放' });
    expect(log.map(({ path }) => path)).not.toContain('Observation');
    await userEvent.type(screen.getByLabelText('理由'), '急救');
    await userEvent.click(screen.getByRole('button', { name: '以紧急为由打开' }));
    await screen.findByText('至少写 5 个字。');
    expect(log.some(({ path }) => path.endsWith('$emergency-access'))).toBe(false);
    await userEvent.type(screen.getByLabelText('理由'), '，意识不清');
    await userEvent.click(screen.getByRole('button', { name: '以紧急为由打开' }));
    await waitFor(() => expect(log.find(({ path }) => path === 'Patient/m/$emergency-access')?.body).toMatchObject({ parameter: [{ name: 'reason', valueString: '急救，意识不清' }] }));
  });

  test('writes, finishes and signs a note by the keyboard alone, and ends the visit', async () => {
    const log = answers();
    await open('#/persons/p/notes/new?encounter=e');
    await waitFor(() => expect(document.activeElement?.id).toBe('part-complaint'));
    await userEvent.keyboard('{Control>}{Enter}{/Control}');
    await screen.findByText('请填写主诉。');
    expect(log.some(({ path }) => path === '/fhir')).toBe(false);
    await type('头晕 3 天');
    await userEvent.tab();
    await type('血压高');
    for (let part = 0; part < 4; part++) await userEvent.tab();
    expect(document.activeElement?.id).toBe('part-diagnosis');
    await type('i1');
    await screen.findByRole('option', { name: /I11/ });
    await userEvent.keyboard('{ArrowDown}{Enter}');
    within(screen.getByRole('list', { name: '诊断' })).getByText('高血压性心脏病', { exact: false });
    screen.getByLabelText(/处理意见/).focus();
    await type('复诊');
    await userEvent.keyboard('{Control>}{Enter}{/Control}');
    await screen.findByText('已签名，核验有效');
    const sent = log.find(({ path }) => path === '/fhir')!;
    expect(note(sent.body)).toMatchObject({ status: 'final', encounter: { reference: 'Encounter/e' }, author: [{ reference: 'Practitioner/d' }] });
    expect(log.find(({ path }) => path === 'Composition/n/$sign')?.body).toMatchObject({ parameter: [{ name: 'ifVersion', valueInteger: 1 }] });
    await screen.findByRole('button', { name: '结束就诊' });
    await userEvent.keyboard('e');
    await waitFor(() => expect(log.find(({ method, path }) => method === 'PUT' && path === 'Encounter/e')).toMatchObject({ ifMatch: 'W/"2"', body: { status: 'finished' } }));
    await screen.findByRole('heading', { level: 1, name: '在诊患者' });
  });

  test('keeps what was typed when the platform refuses the note, and when one leaves', async () => {
    const log = answers(({ path, method }) => (path === '/fhir' && method === 'POST' ? new Refused(409, 'conflict', '记录已被他人修改。') : undefined));
    await open('#/persons/p/notes/new?encounter=e');
    await waitFor(() => expect(document.activeElement?.id).toBe('part-complaint'));
    await type('头晕');
    await userEvent.tab();
    await type('三天');
    screen.getByRole('combobox', { name: /诊断/ }).focus();
    await type('i10');
    await screen.findByRole('option', { name: /I10/ });
    await userEvent.keyboard('{Enter}');
    screen.getByLabelText(/处理意见/).focus();
    await type('复诊');
    await userEvent.keyboard('{Control>}{Enter}{/Control}');
    await screen.findByText('记录已被他人修改。');
    expect(screen.getByLabelText<HTMLTextAreaElement>(/主诉/).value).toBe('头晕');
    await userEvent.click(screen.getByRole('link', { name: /待签病历/ }));
    await waitFor(() => expect(log.find(({ method, path }) => method === 'POST' && path === 'Composition')?.body).toMatchObject({ status: 'preliminary' }));
  });

  test('answers a correction in words only', async () => {
    const log = answers();
    await open('#/lists/corrections');
    await screen.findByText('血型应为 A 型');
    const submit = screen.getByRole('button', { name: '答复居民' });
    await userEvent.click(submit);
    await screen.findByText('请选择已更正或不更正。');
    await userEvent.click(screen.getByLabelText('已更正'));
    await userEvent.click(submit);
    await screen.findByText('请写明更正了什么，或为什么不更正。');
    await userEvent.type(screen.getByLabelText('答复内容（居民会看到）'), '已改为 A 型');
    await userEvent.click(submit);
    await waitFor(() => expect(log.find(({ method }) => method === 'PUT')).toMatchObject({ path: 'Task/t', ifMatch: 'W/"1"', body: { status: 'completed', statusReason: { text: '已改为 A 型' } } }));
  });

  test('shows whoever treats nobody the way to their own pages', async () => {
    answers();
    await open('#/lists/patients', false);
    await screen.findByRole('heading', { name: '这里是医务人员的工作台' });
    expect(screen.queryByRole('navigation')).toBeNull();
  });
});
