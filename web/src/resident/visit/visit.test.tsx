import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { bundleOf, platform, Refused, type Asked } from '../../test/platform';
import { openResident } from '../../test/resident';
import { keepDraft } from './draft';

const ME = { name: '王芳', role: 'resident', account: 'acc', institution: '', fhirUser: 'Patient/p', patients: ['p'] };
const WORDS = '一、只接收复诊。\n二、需要当面检查的，到医院就诊。';
const text = (name: string, valueString: string) => ({ name, valueString });
const code = (name: string, valueCode: string) => ({ name, valueCode });
const at = (name: string, reference: string, display?: string) => ({ name, valueReference: { reference, display } });
const parameters = (...parameter: unknown[]) => ({ resourceType: 'Parameters', parameter });
const DOCTOR = { name: 'hit', part: [at('resource', 'PractitionerRole/r'), text('name', '李医生'), text('title', '主任医师'), at('institution', 'Organization/h', '县医院'), text('department', '心血管内科')] };
const FEE = { name: 'fee', valueMoney: { value: 18.5, currency: 'CNY' } };
const ROLE = { resourceType: 'PractitionerRole' as const, id: 'r', extension: [{ url: 'https://helan.health/fhir/StructureDefinition/online-visit-fee', valueMoney: { value: 18.5, currency: 'CNY' as const } }] };
const CONDITION = { resourceType: 'Condition' as const, id: 'c', subject: { reference: 'Patient/p' }, recordedDate: '2026-03-01', code: { text: '原发性高血压', coding: [{ system: 'http://hl7.org/fhir/sid/icd-10', code: 'I10' }] } };

function visit(state: string, ...more: unknown[]) {
  return { name: 'visit', part: [at('visit', 'Encounter/v'), code('state', state), code('side', 'resident'), at('patient', 'Patient/p', '王芳'), at('practitioner', 'Practitioner/d', '李医生'), text('complaint', '头晕'), { name: 'applied', valueInstant: '2026-11-26T01:00:00Z' }, { name: 'since', valueInstant: '2026-11-26T01:00:00Z' }, at('consent', 'Consent/k'), ...more] };
}

let state = 'applied';
let more: unknown[] = [];

function answers(own: (asked: Asked) => unknown = () => undefined): Asked[] {
  return platform((asked) => {
    const said = own(asked);
    if (said !== undefined) return said;
    const { path } = asked;
    if (path === '/access/me') return ME;
    if (path === 'Patient') return bundleOf([{ resourceType: 'Patient', id: 'p', name: [{ text: '王芳' }] }]);
    if (path === '$find-care') return parameters(DOCTOR);
    if (path === 'PractitionerRole') return bundleOf([ROLE]);
    if (path === 'Condition') return bundleOf([CONDITION, { ...CONDITION, id: 'x', code: { text: '头痛待查' } }]);
    if (path === '$visits') return parameters(visit(state, ...more));
    if (path.endsWith('$conversation')) return parameters(visit(state));
    if (path === 'Consent/k') return { resourceType: 'Consent', id: 'k', sourceAttachment: { data: btoa(String.fromCharCode(...new TextEncoder().encode(WORDS))) } };
    if (path.endsWith('$confirm')) {
      state = 'eligible';
      return { resourceType: 'Encounter', id: 'v' };
    }
    if (path.endsWith('$sign')) return { resourceType: 'Provenance' };
    if (path.endsWith('$apply')) return { resourceType: 'Encounter', id: 'v' };
    return bundleOf([]);
  });
}

beforeEach(() => {
  keepDraft(undefined);
  state = 'applied';
  more = [];
  vi.stubGlobal('WebSocket', class {
    close() {}
  });
});
afterEach(() => vi.unstubAllGlobals());

describe('Applying', () => {
  test('asks whom, what was diagnosed, what is wrong; a refusal is told in the platform’s words and loses nothing', async () => {
    let refuse = true;
    const log = answers(({ path }) => (path.endsWith('$apply') && refuse ? new Refused(422, 'business-rule', '这位医生没有获准开展互联网诊疗。') : undefined));
    await openResident('/online-visits/new/complaint'); // Nothing was chosen: it begins at the beginning.
    await userEvent.click(await screen.findByRole('radio', { name: /李医生.*¥18\.50/ }));
    await userEvent.click(screen.getByRole('button', { name: '下一步' }));
    // What has no code proves nothing, and is not offered.
    const proofs = await screen.findAllByRole('radio');
    expect(proofs).toHaveLength(1);
    await userEvent.click(proofs[0]!);
    await userEvent.click(screen.getByRole('button', { name: '下一步' }));
    await screen.findByText(/¥18\.50/);
    await userEvent.click(await screen.findByRole('button', { name: '提交申请' }));
    expect((await screen.findByRole('alert')).textContent).toContain('2');
    await userEvent.type(screen.getByRole('textbox'), '最近三天头晕');
    await userEvent.click(screen.getByRole('button', { name: '提交申请' }));
    await screen.findByText('这位医生没有获准开展互联网诊疗。');
    expect((screen.getByRole('textbox') as HTMLTextAreaElement).value).toBe('最近三天头晕');
    refuse = false;
    await userEvent.click(screen.getByRole('button', { name: '提交申请' }));
    await screen.findByText('请阅读并签署知情同意书');
    const sent = JSON.stringify(log.findLast(({ path }) => path.endsWith('$apply'))?.body);
    expect(sent).toContain('PractitionerRole/r'.split('/')[1]);
    expect(sent).toContain('Condition/c');
  });

  test('says where to go when no diagnosis proves a repeat visit', async () => {
    answers(({ path }) => (path === 'Condition' ? bundleOf([]) : undefined));
    await openResident('/online-visits/new/doctor');
    await userEvent.click(await screen.findByRole('radio', { name: /李医生/ }));
    await userEvent.click(screen.getByRole('button', { name: '下一步' }));
    await screen.findByText('第一次看这个病，请到医院就诊。');
  });
});

describe('A visit', () => {
  test('is signed for with the very words, and waits then', async () => {
    const log = answers();
    await openResident('/online-visits/v');
    await screen.findByText('二、需要当面检查的，到医院就诊。');
    await userEvent.click(screen.getByRole('button', { name: '我已阅读，同意并签署' }));
    await screen.findByText('申请已送到医生');
    const steps = log.map(({ path }) => path).filter((path) => /\$(sign|confirm)$/.test(path));
    expect(steps).toEqual(['Consent/k/$sign', 'Encounter/v/$confirm']);
  });

  test('that costs something goes to the doctor once it is paid; the payment leads back to it', async () => {
    state = 'eligible';
    more = [FEE, { name: 'paid', valueBoolean: false }];
    const order = (now: string, ...rest: unknown[]) => parameters({ name: 'order', part: [text('number', 'o1'), code('state', now), text('what', '互联网复诊费'), at('payable', 'Encounter/v'), text('amount', '18.50'), ...rest] });
    let now = order('paying', code('channel', 'sim'), text('code', 'sim:sim:abc'));
    const log = answers(({ path }) => {
      if (path === '$pay-channels') return parameters({ name: 'channel', part: [code('code', 'sim'), text('name', '云闪付')] });
      if (path === '$pay' || path === 'Invoice/o1/$pay-status') return now;
      if (path === '$pay-simulate') {
        now = order('paid', code('channel', 'sim'), code('delivered', 'done'));
        more = [FEE, { name: 'paid', valueBoolean: true }];
        return parameters();
      }
      return undefined;
    });
    await openResident('/online-visits/v');
    await screen.findByText('请支付复诊费 ¥18.50');
    await userEvent.click(screen.getByRole('link', { name: '去支付 ¥18.50' }));
    await screen.findByText(/转到线下就诊，全额退款/);
    await userEvent.click(await screen.findByRole('button', { name: '支付 ¥18.50' }));
    await userEvent.click(await screen.findByRole('button', { name: '模拟付款' }));
    await screen.findByText('申请已送到医生，请等待接诊。');
    expect(JSON.stringify(log.find(({ path }) => path === '$pay')?.body)).toContain('Encounter/v');
    await userEvent.click(screen.getByRole('link', { name: '查看这次复诊' }));
    await screen.findByText('申请已送到医生');
    expect(screen.queryByRole('link', { name: /去支付/ })).toBeNull();
  });

  test('can be withdrawn, after a question', async () => {
    state = 'eligible';
    const log = answers();
    await openResident('/online-visits/v');
    await userEvent.click(await screen.findByRole('button', { name: '撤回申请' }));
    expect(log.some(({ path }) => path.endsWith('$withdraw'))).toBe(false);
    await userEvent.click(screen.getByRole('button', { name: '撤回申请' }));
    await vi.waitFor(() => expect(log.some(({ path }) => path.endsWith('$withdraw'))).toBe(true));
  });

  test('shows what came of it', async () => {
    state = 'closed';
    more = [at('note', 'Composition/n'), { name: 'refund-due', valueBoolean: true }, FEE, { name: 'paid', valueBoolean: true }];
    answers(({ path }) => {
      if (path === 'Patient/p/$payments') return parameters({ name: 'order', part: [text('number', 'o1'), code('state', 'refunded'), at('payable', 'Encounter/v'), text('amount', '18.50'), text('refunded', '18.50')] });
      if (path === 'Composition/n') return { resourceType: 'Composition', section: [{ title: '处理意见', text: { div: '<div xmlns="http://www.w3.org/1999/xhtml"><p>继续原方案<br/>一周后复诊</p></div>' } }] };
      if (path === 'Composition') return bundleOf([{ resourceType: 'Composition', id: 'a', status: 'final', type: {}, date: '2026-11-27', title: '补记', author: [{}], relatesTo: [{ code: 'appends', targetReference: { reference: 'Composition/n' } }], section: [{ text: { status: 'additional', div: '<div xmlns="http://www.w3.org/1999/xhtml"><p>青霉素过敏</p></div>' } }] }]);
      if (path.endsWith('$verify-signature')) return parameters({ name: 'valid', valueBoolean: false });
      if (path === '$prescriptions') return parameters(...['v', 'earlier'].map((encounter) => ({ name: 'prescription', part: [text('task', `Task/${encounter}`), text('encounter', `Encounter/${encounter}`), text('state', 'waiting'), text('drug', '苯磺酸氨氯地平片 5mg')] })));
      if (path === 'ServiceRequest') return bundleOf([{ resourceType: 'ServiceRequest', id: 'o', status: 'active', intent: 'order', subject: { reference: 'Patient/p' }, code: { text: '血常规' } }]);
      return undefined;
    });
    await openResident('/online-visits/v');
    await screen.findByText('一周后复诊');
    await screen.findByText('血常规');
    // What was prescribed in this visit, and no other.
    expect((await screen.findByRole('link', { name: /苯磺酸氨氯地平片.*待审核|苯磺酸氨氯地平片.*药师/ })).getAttribute('href')).toBe('#/prescriptions/v');
    // What it cost, and that it came back.
    await screen.findByText('已全额退回');
    expect(screen.getByRole('link', { name: /18\.50/ }).getAttribute('href')).toBe('#/payments/o1');
    // What the doctor added since, and that nobody has signed it yet.
    await screen.findByText('青霉素过敏');
    await screen.findByText('医生尚未签名');
  });
});
