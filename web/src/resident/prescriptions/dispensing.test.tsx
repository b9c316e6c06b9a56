import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { bill, bills } from '../../test/bills';
import { bundleOf, platform, Refused, type Asked } from '../../test/platform';
import { openResident } from '../../test/resident';

const parameters = (...parameter: unknown[]) => ({ resourceType: 'Parameters', parameter });
const text = (name: string, valueString: string) => ({ name, valueString });
const flag = (name: string, valueBoolean: boolean) => ({ name, valueBoolean });
const count = (name: string, valueInteger: number) => ({ name, valueInteger });
const at = (name: string, valueInstant: string) => ({ name, valueInstant });
const to = (name: string, reference: string, display?: string) => ({ name, valueReference: { reference, ...(display ? { display } : {}) } });
const group = (name: string, ...part: unknown[]) => ({ name, part });

const head = (state: string, ...more: unknown[]) => group('circulation', to('task', 'Task/b'), text('state', state), at('until', '2026-11-28T01:00:00Z'), ...more);
const drug = (request: string, name: string, left: number) => group('drug', to('request', `MedicationRequest/${request}`), text('name', name), count('prescribed', 7), count('dispensed', 7 - left), count('left', left), text('unit', '片'), flag('substitution', false));
const offer = (shop: string, name: string, total: string, whole: boolean, ...more: unknown[]) =>
  group('offer', to('shop', `Organization/${shop}`, name), text('address', '解放西街 1 号'), text('way', 'pickup'), text('way', 'delivery'), flag('whole', whole), text('total', total), at('told', '2026-11-24T01:00:00Z'), ...more);
const had = (request: string, pieces: number) => group('drug', to('request', `MedicationRequest/${request}`), text('name', '药'), count('count', pieces), text('unit', '片'), text('price', '1.00'), flag('substitute', false));

let circulation: unknown;

function answers(own: (asked: Asked) => unknown = () => undefined): Asked[] {
  return platform((asked) => {
    const said = own(asked);
    if (said !== undefined) return said;
    const { path } = asked;
    if (path === '/access/me') return { name: '丁志明', role: 'resident', account: 'a', institution: '', fhirUser: 'Patient/p', patients: ['p'] };
    if (path === 'Patient') return bundleOf([{ resourceType: 'Patient', id: 'p', name: [{ text: '丁志明' }] }]);
    if (path === '$prescriptions') return parameters(group('prescription', text('task', 'Task/b'), text('number', 'B'), text('state', 'effective'), text('drug', '氨氯地平片'), to('request', 'MedicationRequest/m')));
    if (path === 'MedicationRequest') return bundleOf([{ resourceType: 'MedicationRequest', id: 'm', status: 'active', intent: 'order', subject: {}, medicationCodeableConcept: { text: '氨氯地平片' } }]);
    if (path === 'Task/b/$circulation') return circulation;
    if (path === 'Task/b/$offers')
      return parameters(
        offer('x', '甲药房', '8.40', true, flag('open', true), { name: 'kilometres', valueDecimal: 1.25 }, flag('old', false), had('m', 7), had('n', 7)),
        offer('y', '乙药房', '3.20', false, flag('open', false), flag('old', true), had('m', 4)),
      );
    if (path === 'Task/b/$prescription-token') return parameters(text('token', 'HLR1:ABC'), at('until', '2026-11-28T01:00:00Z'));
    return bundleOf([]);
  });
}

const sent = (log: Asked[], path: string) => log.find((one) => one.path === path && one.method === 'POST')?.body;

beforeEach(() => {
  sessionStorage.clear();
  circulation = parameters(head('available', flag('token', false)), drug('m', '氨氯地平片', 7), drug('n', '布洛芬片', 7));
});

describe('Where to take a prescription', () => {
  test('is told with price, opening, distance, what is missing and how old that is; the code is made for the chosen one', async () => {
    const log = answers();
    await openResident('/prescriptions/b');
    await userEvent.click(await screen.findByRole('link', { name: '去哪里取药' }));
    const all = await screen.findByRole('list', { name: '去哪里取药' });
    const [first, second] = within(all).getAllByRole('listitem') as [HTMLElement, HTMLElement];
    expect(first.textContent).toMatch(/甲药房.*¥8\.40.*营业中.*1\.3 公里/);
    expect(first.textContent).not.toContain('缺：');
    expect(second.textContent).toMatch(/药不全/);
    await waitFor(() => expect(second.textContent).toContain('缺：氨氯地平片 3 片 · 布洛芬片 7 片'));
    expect(second.textContent).toMatch(/现在不营业/);
    expect(second.textContent).toContain('库存是 2026-11-24 周二 09:00 报的');
    await userEvent.click(screen.getByRole('link', { name: /甲药房/ }));
    circulation = parameters(head('available', flag('token', true), text('way', 'pickup'), to('shop', 'Organization/x', '甲药房')), drug('m', '氨氯地平片', 7));
    await userEvent.click(await screen.findByRole('button', { name: '生成取药码' }));
    await screen.findByRole('img', { name: '丁志明 的取药码' });
    screen.getByText('只在柜台出示');
    screen.getByText(/有效期至 2026-11-28 周六 09:00/);
    expect(sent(log, 'Task/b/$prescription-token')).toEqual({ resourceType: 'Parameters', parameter: [text('way', 'pickup'), text('shop', 'x')] });
  });

  test('asks where one is only for the nearest, roughly, and says so when that is not known', async () => {
    const log = answers();
    const geolocation = vi.spyOn(navigator, 'geolocation', 'get');
    geolocation.mockReturnValue({ getCurrentPosition: (_: unknown, no: (error: Error) => void) => no(new Error('denied')) } as unknown as Geolocation);
    await openResident('/prescriptions/b/take');
    await screen.findByText('甲药房');
    await userEvent.click(screen.getByRole('button', { name: '最近' }));
    await screen.findByText('不知道您在哪里');
    geolocation.mockReturnValue({ getCurrentPosition: (yes: (at: unknown) => void) => yes({ coords: { latitude: 38.486723, longitude: 106.231987 } }) } as unknown as Geolocation);
    await userEvent.click(screen.getByRole('button', { name: '最低价' }));
    await userEvent.click(screen.getByRole('button', { name: '最近' }));
    await waitFor(() => expect(log.some(({ path, query }) => path === 'Task/b/$offers' && query.get('latitude') === '38.487' && query.get('longitude') === '106.232')).toBe(true));
    await userEvent.click(screen.getByRole('button', { name: '配送' }));
    await waitFor(() => expect(log.some(({ query }) => query.get('way') === 'delivery')).toBe(true));
  });

  test('wants telephone and address for a delivery, and keeps them when the server refuses', async () => {
    const log = answers(({ path }) => (path === 'Task/b/$prescription-token' ? new Refused(422, 'business-rule', '这张处方已经过期。') : undefined));
    await openResident('/prescriptions/b/take/x?by=delivery');
    await userEvent.click(await screen.findByRole('button', { name: '发给药店' }));
    await screen.findByText(/请填写电话号码/);
    expect(sent(log, 'Task/b/$prescription-token')).toBeUndefined();
    await userEvent.type(screen.getByLabelText('收货电话'), '0951-5550101');
    await userEvent.type(screen.getByLabelText('收货地址'), '解放西街 8 号 301');
    await userEvent.click(screen.getByRole('button', { name: '发给药店' }));
    await screen.findByText('这张处方已经过期。');
    expect(sent(log, 'Task/b/$prescription-token')).toEqual({ resourceType: 'Parameters', parameter: [text('way', 'delivery'), text('shop', 'x'), text('telephone', '0951-5550101'), text('address', '解放西街 8 号 301')] });
    expect(screen.getByLabelText<HTMLTextAreaElement>('收货地址').value).toBe('解放西街 8 号 301');
  });
});

describe('A prescription under way', () => {
  test('says which pharmacy holds it, and is taken back with a reason after a second question', async () => {
    circulation = parameters(head('locked', flag('token', false), text('way', 'pickup'), to('shop', 'Organization/x', '甲药房'), at('held', '2026-11-27T03:00:00Z'), text('open', 'recall')), drug('m', '氨氯地平片', 7));
    const log = answers(({ path }) => (path === 'Task/b/$prescription-recall' ? circulation : undefined));
    await openResident('/prescriptions/b');
    await screen.findByText('甲药房 正在备药');
    screen.getByText(/2026-11-27 周五 11:00/);
    await userEvent.click(screen.getByRole('button', { name: '从药店收回处方' }));
    expect(sent(log, 'Task/b/$prescription-recall')).toBeUndefined();
    await userEvent.click(screen.getByLabelText('选错了药店'));
    await userEvent.click(screen.getByRole('button', { name: '确认收回' }));
    await waitFor(() => expect(sent(log, 'Task/b/$prescription-recall')).toEqual({ resourceType: 'Parameters', parameter: [text('reason', '选错了药店')] }));
  });

  test('shows what was given with batch and trace code, what is left, and who tried the code again', async () => {
    circulation = parameters(
      head('available', flag('token', false)),
      drug('m', '氨氯地平片', 3),
      group('dispensed', to('dispense', 'MedicationDispense/d'), to('request', 'MedicationRequest/m'), to('shop', 'Organization/x', '甲药房'), count('quantity', 4), text('price', '4.80'), text('state', 'handed'), at('at', '2026-11-27T01:00:00Z'), text('trace', '81000000000000000001')),
      group('attempt', at('at', '2026-11-27T02:00:00Z'), text('what', 'replayed'), to('shop', 'Organization/y', '乙药房')),
    );
    answers(({ path }) =>
      path === 'MedicationDispense'
        ? bundleOf([{ resourceType: 'MedicationDispense', id: 'd', status: 'completed', quantity: { value: 4, unit: '片' }, contained: [{ resourceType: 'Medication', id: 'product', code: { text: '氨氯地平片 5mg' }, batch: { lotNumber: 'B2026', expirationDate: '2028-01-31' } }] }])
        : undefined,
    );
    await openResident('/prescriptions/b');
    await screen.findByText('还没有取的：氨氯地平片 3 片');
    await screen.findByText(/氨氯地平片 5mg 4 片/);
    screen.getByText(/批号 B2026 · 有效期至 2028-01-31.*追溯码 81000000000000000001.*¥4\.80.*甲药房/);
    screen.getByText('再次使用已用过的码');
  });

  const billed = (payment: string, through: boolean) => [text('payment', payment), flag('through', through), to('claim', 'Claim/c1')];
  test.each([
    ['药费还没有结算', undefined, [text('payment', 'open')]],
    ['药费待支付 ¥230.79', '看结算单并支付', billed('owing', false)],
    ['药费已付清', '看结算单', billed('settled', true)],
    ['药费已记账', '看结算单并支付', billed('deferred', true)],
    ['药费已在药店付清', undefined, [text('payment', 'elsewhere')]],
  ])('says of drugs that lie ready: %s', async (title, link, payment) => {
    circulation = parameters(
      head('dispensed', flag('token', false), text('way', 'pickup'), to('shop', 'Organization/x', '甲药房')),
      drug('m', '氨氯地平片', 0),
      group('dispensed', to('dispense', 'MedicationDispense/d'), to('request', 'MedicationRequest/m'), to('shop', 'Organization/x', '甲药房'), count('quantity', 7), text('price', '3.15'), text('state', 'out'), at('at', '2026-11-27T01:00:00Z'), to('charge', 'ChargeItem/i'), ...payment),
    );
    answers(({ path }) => (path === 'Claim/c1/$bill' ? bills(bill('owing')) : undefined));
    await openResident('/prescriptions/b');
    await screen.findByText(title);
    expect(screen.queryByRole('link', { name: /看结算单/ })?.textContent).toBe(link);
    if (link) expect(screen.getByRole('link', { name: link }).getAttribute('href')).toMatch(/\/bills\/c1$/);
  });

  test('whose code is not here says so; another is made in its place', async () => {
    circulation = parameters({ ...head('available', flag('token', true), text('way', 'pickup')) }, drug('m', '氨氯地平片', 7));
    const log = answers(({ path }) => {
      if (path === 'Task/c/$circulation') return circulation;
      return path === 'Task/c/$prescription-token' ? parameters(text('token', 'HLR1:DEF'), at('until', '2026-11-28T01:00:00Z')) : undefined;
    });
    await openResident('/prescriptions/c/code');
    await screen.findByText('这里没有取药码');
    expect(screen.queryByRole('img', { name: /取药码/ })).toBeNull();
    await userEvent.click(screen.getByRole('button', { name: '重新生成取药码' }));
    await screen.findByRole('img', { name: '丁志明 的取药码' });
    expect(sent(log, 'Task/c/$prescription-token')).toEqual({ resourceType: 'Parameters', parameter: [text('way', 'pickup')] });
  });
});

describe('A parcel', () => {
  const parcel = (...more: unknown[]) => parameters(group('parcel', text('id', 'k1'), text('state', 'transit'), text('side', 'resident'), at('packed', '2026-11-27T01:00:00Z'), at('changed', '2026-11-27T02:00:00Z'), to('shop', 'Organization/x', '甲药房'), flag('cold', false), text('address', '解放西街 8 号'), text('code', '024680'), ...more));

  test('shows where it is and the code for the door, and the way to a complaint', async () => {
    answers(({ path }) => {
      if (path === '$parcel') return parcel(to('delivery', 'SupplyDelivery/d1'));
      if (path === '$complaints') return { resourceType: 'Parameters', parameter: [] };
      return undefined;
    });
    await openResident('/prescriptions/b/parcel/k1');
    await screen.findByText('024680');
    expect(screen.getAllByText('配送中').length).toBeGreaterThan(0);
    const link = await screen.findByRole('link', { name: /投诉/ });
    expect(link.getAttribute('href')).toContain('about=SupplyDelivery%2Fd1');
  });

  test('leads to a complaint also while those that were made cannot be read, and reads them again', async () => {
    let fails = true;
    const made = group('complaint', to('task', 'Task/k9'), text('state', 'open'), text('kind', 'parcel'), to('about', 'SupplyDelivery/d1'));
    answers(({ path }) => {
      if (path === '$parcel') return parcel(to('delivery', 'SupplyDelivery/d1'));
      if (path === '$complaints') return fails ? new Refused(503, 'transient', '请稍后再试') : parameters(made);
      return undefined;
    });
    await openResident('/prescriptions/b/parcel/k1');
    const link = await screen.findByRole('link', { name: /投诉/ });
    expect(link.getAttribute('href')).toContain('about=SupplyDelivery%2Fd1');
    screen.getByRole('alert');
    fails = false;
    await userEvent.click(screen.getByRole('button', { name: '重试' }));
    await waitFor(() => expect(screen.getByRole('link', { name: /投诉/ }).getAttribute('href')).toContain('/complaints/k9'));
    expect(screen.queryByRole('alert')).toBeNull();
  });
});
