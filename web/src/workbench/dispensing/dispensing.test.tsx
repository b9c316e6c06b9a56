import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Parcel } from '../../shared/dispensing/parcels';
import en from '../../shared/i18n/en';
import { startTranslation } from '../../shared/i18n/i18n';
import zh from '../../shared/i18n/zh';
import { bill, bills, channels } from '../../test/bills';
import { bundleOf, never, open, platform, Refused, type Asked } from '../../test/platform';
import { isOver } from '../delivery/useParcels';
import { stockFor, type Line } from './useDispensing';

const parameters = (...parameter: unknown[]) => ({ resourceType: 'Parameters', parameter });
const text = (name: string, valueString: string) => ({ name, valueString });
const flag = (name: string, valueBoolean: boolean) => ({ name, valueBoolean });
const count = (name: string, valueInteger: number) => ({ name, valueInteger });
const at = (name: string, valueInstant: string) => ({ name, valueInstant });
const to = (name: string, reference: string, display?: string) => ({ name, valueReference: { reference, ...(display ? { display } : {}) } });
const group = (name: string, ...part: unknown[]) => ({ name, part });
const sent = (log: Asked[], path: string) => log.find((one) => one.path === path && one.method === 'POST')?.body;

const head = (task: string, state: string, ...more: unknown[]) => group('circulation', to('task', `Task/${task}`), text('state', state), at('until', '2026-11-28T01:00:00Z'), at('changed', '2026-11-27T01:00:00Z'), text('way', 'pickup'), flag('token', false), ...more);
const steps = (...open: string[]) => open.map((step) => text('open', step));
const drug = (left: number) => group('drug', to('request', 'MedicationRequest/m'), text('name', '氨氯地平片 5mg'), { name: 'dosage', valueDosage: { text: '每天一片' } }, count('prescribed', 7), count('dispensed', 7 - left), count('left', left), text('unit', '片'), flag('substitution', false));
const line = (item: string, name: string, quantity: number) => group('line', text('item', item), text('name', name), text('maker', '甲厂'), text('unit', '片'), count('quantity', quantity), count('per', 1), text('price', '0.98'), at('told', '2026-11-27T01:00:00Z'), flag('old', item === 'B'), flag('known', true));

let whole: unknown;

function answers(own: (asked: Asked) => unknown = () => undefined): Asked[] {
  return platform((asked) => {
    const said = own(asked);
    if (said !== undefined) return said;
    const { path } = asked;
    if (path === '/access/me') return { account: 'a', fhirUser: 'Practitioner/me', patients: [], institution: 'x', name: '李药师', role: 'practitioner', licences: ['pharmacist'] };
    if (path === '$circulations') return parameters(head('aaaaaaaa1', 'available'), head('bbbbbbbb2', 'locked', at('held', '2026-11-27T03:00:00Z')), head('cccccccc3', 'completed'));
    if (path === '$stock') return parameters(line('A', '氨氯地平片 5mg', 4), line('B', '布洛芬片 0.2g', 9), line('C', '氨氯地平片5mg', 0));
    if (/\$circulation$/.test(path) || /\$prescription-/.test(path)) return whole;
    return bundleOf([]);
  });
}

beforeAll(() => startTranslation({ zh, en: () => Promise.resolve(en) }));

const counter = async () => {
  const { DispensingPage } = await import('./DispensingPage');
  return open(<DispensingPage />, { account: true });
};

const desk = async () => {
  const { DispensePage } = await import('./DispensePage');
  const { KeyBoard } = await import('../keys/KeyBoard');
  return open(
    <KeyBoard>
      <DispensePage />
    </KeyBoard>,
    { path: '/dispensing/:task', at: '/dispensing/b', account: true },
  );
};

describe('The desk, before all is read', () => {
  test('does not say that a drug is missing while the stock is read', async () => {
    whole = parameters(head('b', 'locked', ...steps('dispense')), drug(7));
    answers(({ path }) => (path === '$stock' ? never : undefined));
    await desk();
    await screen.findByRole('form', { name: '调配' });
    screen.getByRole('status', { name: '正在读取' });
    expect(screen.queryByText('库存里没有')).toBeNull();
  });
});

describe('The counter', () => {
  test('takes a scanned code without the mouse and goes to the prescription', async () => {
    whole = parameters(head('b', 'locked', ...steps('dispense', 'release')), drug(7));
    const log = answers();
    const { router } = await counter();
    await waitFor(() => expect(document.activeElement).toBe(screen.getByLabelText('取药码')));
    await userEvent.keyboard('HLR1:ABC{Enter}');
    await waitFor(() => expect(router.state.location.pathname).toBe('/dispensing/b'));
    expect(sent(log, '$prescription-lock')).toEqual({ resourceType: 'Parameters', parameter: [text('token', 'HLR1:ABC')] });
  });

  test('tells why a code was refused, and is ready for the next', async () => {
    answers(({ path }) => (path === '$prescription-lock' ? new Refused(409, 'conflict', '这个码已经用过。') : undefined));
    await counter();
    await userEvent.type(await screen.findByLabelText('取药码'), 'HLR1:OLD{Enter}');
    await screen.findByText('这个码已经用过。');
    expect(screen.getByLabelText<HTMLInputElement>('取药码').value).toBe('');
  });

  test('lists what was sent and what is held apart, and not what is over', async () => {
    answers();
    await counter();
    const links = (await screen.findAllByRole('link')).map((link) => link.getAttribute('href') ?? '');
    expect(links).toEqual(['/dispensing/aaaaaaaa1', '/dispensing/bbbbbbbb2']);
    screen.getByText(/锁定到 2026-11-27 周五 11:00/);
  });
});

describe('The desk', () => {
  test('counts out what is there with batch and trace code; nothing goes without a batch', async () => {
    whole = parameters(head('b', 'locked', text('patient', '马秀兰'), ...steps('dispense', 'release')), drug(7));
    const log = answers();
    await desk();
    await screen.findByText('马秀兰');
    const quantity = await screen.findByLabelText<HTMLInputElement>('数量（片）');
    await waitFor(() => expect(quantity.value).toBe('4'));
    expect(screen.getByLabelText<HTMLSelectElement>('库存药品').value).toBe('A');
    await userEvent.keyboard('{Control>}{Enter}{/Control}');
    await screen.findByText(/请填批号。/);
    expect(sent(log, 'Task/b/$prescription-dispense')).toBeUndefined();
    await userEvent.type(screen.getByLabelText('批号'), 'B1');
    await userEvent.type(screen.getByLabelText('有效期至'), '2028-06-30');
    await userEvent.type(screen.getByLabelText('追溯码'), '8101{Enter}8102{Enter}');
    await userEvent.keyboard('{Control>}{Enter}{/Control}');
    await waitFor(() => expect(sent(log, 'Task/b/$prescription-dispense')).toBeDefined());
    expect(sent(log, 'Task/b/$prescription-dispense')).toEqual({
      resourceType: 'Parameters',
      parameter: [group('drug', to('request', 'MedicationRequest/m'), text('item', 'A'), count('quantity', 4), text('batch', 'B1'), { name: 'expires', valueDate: '2028-06-30' }, text('trace', '8101'), text('trace', '8102'))],
    });
  });

  test('finds what was prescribed although the batch was typed before the stock came', async () => {
    whole = parameters(head('b', 'locked', ...steps('dispense', 'release')), drug(7));
    let come: (stock: unknown) => void = () => undefined;
    const stock = new Promise((resolve) => (come = resolve));
    const log = answers(({ path }) => (path === '$stock' ? stock : undefined));
    await desk();
    await userEvent.type(await screen.findByLabelText('批号'), 'B1');
    await userEvent.type(screen.getByLabelText('有效期至'), '2028-06-30');
    come(parameters(line('A', '氨氯地平片 5mg', 4)));
    await waitFor(() => expect(screen.getByLabelText<HTMLSelectElement>('库存药品').value).toBe('A'));
    expect(screen.getByLabelText<HTMLInputElement>('数量（片）').value).toBe('4');
    await userEvent.keyboard('{Control>}{Enter}{/Control}');
    await waitFor(() => expect(JSON.stringify(sent(log, 'Task/b/$prescription-dispense'))).toContain('B1'));
  });

  test('keeps what was typed when the platform refuses', async () => {
    whole = parameters(head('b', 'locked', ...steps('dispense')), drug(7));
    answers(({ path }) => (path === 'Task/b/$prescription-dispense' ? new Refused(422, 'business-rule', '这个追溯码已经出过库。') : undefined));
    await desk();
    await userEvent.type(await screen.findByLabelText('批号'), 'B1');
    await userEvent.type(screen.getByLabelText('有效期至'), '2028-06-30');
    await userEvent.click(screen.getByRole('button', { name: '调配并签名' }));
    await screen.findByText('这个追溯码已经出过库。');
    expect(screen.getByLabelText<HTMLInputElement>('批号').value).toBe('B1');
  });

  test('hands over by a key when all is counted out; with something left it is only let go of; wants a reason to take back', async () => {
    const out = group('dispensed', to('dispense', 'MedicationDispense/d'), to('request', 'MedicationRequest/m'), to('shop', 'Organization/x', '甲药房'), count('quantity', 4), text('price', '3.92'), text('state', 'out'), at('at', '2026-11-27T01:00:00Z'));
    whole = parameters(head('b', 'dispensed', ...steps('dispense', 'complete', 'release', 'return')), drug(3), out);
    const log = answers();
    const { unmount } = await desk();
    await screen.findByText(/其余的可到别处取/);
    expect(screen.queryByRole('button', { name: '已交给取药人' })).toBeNull();
    await userEvent.keyboard('g');
    expect(log.some(({ path }) => path === 'Task/b/$prescription-complete')).toBe(false);
    await userEvent.click(screen.getByRole('button', { name: '收回已配药品' }));
    await userEvent.click(screen.getByRole('button', { name: '确认收回' }));
    await screen.findByText('请写明原因，至少 4 个字。');
    expect(sent(log, 'Task/b/$prescription-take-back')).toBeUndefined();
    await userEvent.type(screen.getByLabelText(/^原因/), '取药人没有来');
    await userEvent.click(screen.getByLabelText('完好，可以重新上架'));
    await userEvent.click(screen.getByRole('button', { name: '确认收回' }));
    await waitFor(() => expect(sent(log, 'Task/b/$prescription-take-back')).toEqual({ resourceType: 'Parameters', parameter: [text('reason', '取药人没有来'), flag('resale', true)] }));
    unmount();
    whole = parameters(head('b', 'dispensed', ...steps('dispense', 'complete', 'release', 'return')), drug(0), out);
    const then = answers();
    await desk();
    await screen.findByRole('button', { name: '已交给取药人' });
    expect(screen.queryByRole('button', { name: '调配并签名' })).toBeNull();
    await userEvent.keyboard('g');
    await waitFor(() => expect(then.some(({ path }) => path === 'Task/b/$prescription-complete')).toBe(true));
  });
});

describe('Payment of what is counted out', () => {
  const out = (...more: unknown[]) => group('dispensed', to('dispense', 'MedicationDispense/d'), to('request', 'MedicationRequest/m'), to('shop', 'Organization/x', '甲药房'), count('quantity', 7), text('price', '3.92'), text('state', 'out'), at('at', '2026-11-27T01:00:00Z'), to('charge', 'ChargeItem/i'), ...more);
  const open = (...more: unknown[]) => parameters(head('b', 'dispensed', to('subject', 'Patient/p'), text('patient', '马秀兰'), flag('charging', true), ...steps('dispense', 'complete', 'release', 'return', 'paid-elsewhere')), drug(0), out(...more));
  const billed = (state: string) => [text('payment', state), flag('through', state === 'settled' || state === 'deferred'), to('claim', 'Claim/c1')];

  test('is reckoned by a key, settled, and only then handed over', async () => {
    whole = open(text('payment', 'open'));
    let state = 'presettled';
    const log = answers(({ path }) => {
      if (path === 'Patient/p/$presettle' || path === 'Claim/c1/$bill') return bills(bill(state));
      if (path === 'Claim/c1/$settle') {
        state = 'owing';
        whole = open(...billed('owing'));
        return bills(bill(state));
      }
      return path === '$pay-channels' ? channels() : undefined;
    });
    await desk();
    await screen.findByText('1 项未结清');
    expect(screen.getByRole<HTMLButtonElement>('button', { name: '已交给取药人' }).disabled).toBe(true);
    await userEvent.keyboard('g');
    expect(sent(log, 'Task/b/$prescription-complete')).toBeUndefined();
    await userEvent.keyboard('s');
    await userEvent.click(await screen.findByRole('button', { name: '结算' }));
    expect(sent(log, 'Patient/p/$presettle')).toEqual({ resourceType: 'Parameters', parameter: [text('charge', 'ChargeItem/i')] });
    await screen.findByText(/付清（或记账）后才能交付/);
    expect(screen.queryByRole('button', { name: '预结算' })).toBeNull();
    whole = open(...billed('settled'));
    state = 'settled';
    await waitFor(() => expect(screen.getByRole<HTMLButtonElement>('button', { name: '已交给取药人' }).disabled).toBe(false), { timeout: 8_000 });
    screen.getByText('已结清');
  }, 20_000);

  test('elsewhere wants a reason, and keeps it when the server refuses', async () => {
    whole = open(text('payment', 'open'));
    const log = answers(({ path }) => (path === 'Task/b/$prescription-paid-elsewhere' ? new Refused(409, 'conflict', '已配药品已在结算单中。') : undefined));
    await desk();
    await userEvent.click(await screen.findByRole('button', { name: '已在别处付款' }));
    await userEvent.click(screen.getByRole('button', { name: '确认已付款' }));
    await screen.findByText('请写明原因，至少 4 个字。');
    expect(sent(log, 'Task/b/$prescription-paid-elsewhere')).toBeUndefined();
    await userEvent.type(screen.getByLabelText(/^原因/), '柜台收了现金{Enter}');
    await screen.findByText('已配药品已在结算单中。');
    expect(sent(log, 'Task/b/$prescription-paid-elsewhere')).toEqual({ resourceType: 'Parameters', parameter: [text('reason', '柜台收了现金')] });
    expect(screen.getByLabelText<HTMLInputElement>(/^原因/).value).toBe('柜台收了现金');
  });

  test('is nothing where the region has no prices, and it says so', async () => {
    whole = parameters(head('b', 'dispensed', flag('charging', false), ...steps('complete', 'return')), drug(0), group('dispensed', to('dispense', 'MedicationDispense/d'), to('request', 'MedicationRequest/m'), to('shop', 'Organization/x'), count('quantity', 7), text('price', '3.92'), text('state', 'out')));
    answers();
    await desk();
    await screen.findByText('本地区没有价目表，药费不在平台结算。');
    expect(screen.getByRole<HTMLButtonElement>('button', { name: '已交给取药人' }).disabled).toBe(false);
  });
});

describe('Packing', () => {
  const packed = (...more: unknown[]) => parameters(head('b', 'dispensed', ...more, ...steps('complete', 'return')), drug(0), group('dispensed', to('dispense', 'MedicationDispense/d'), to('request', 'MedicationRequest/m'), to('shop', 'Organization/x'), count('quantity', 7), text('price', '3.92'), text('state', 'out')));
  const carrier = ({ path }: Asked) => (path === 'HealthcareService' || path.startsWith('HealthcareService?') ? bundleOf([{ resourceType: 'HealthcareService', id: 'v', providedBy: { reference: 'Organization/k', display: '同城配送' } }]) : undefined);
  const delivered = (whole: ReturnType<typeof packed>) => JSON.parse(JSON.stringify(whole).replace('"pickup"', '"delivery"')) as unknown;

  test('presets the limits of what is kept cold, which may be changed', async () => {
    whole = delivered(packed(text('cold', '甘精胰岛素注射液')));
    const log = answers(carrier);
    await desk();
    await screen.findByText(/甘精胰岛素注射液 须冷藏/);
    expect(screen.getByLabelText<HTMLInputElement>('需要冷藏').checked).toBe(true);
    expect(screen.getByLabelText<HTMLInputElement>('最低温度（°C）').value).toBe('2');
    const high = screen.getByLabelText<HTMLInputElement>('最高温度（°C）');
    expect(high.value).toBe('8');
    await userEvent.clear(high);
    await userEvent.type(high, '6');
    await waitFor(() => expect(screen.getByLabelText<HTMLSelectElement>('配送单位').value).toBe('k'));
    await userEvent.click(screen.getByRole('button', { name: '打包' }));
    await waitFor(() => expect(sent(log, 'Task/b/$parcel-pack')).toEqual({ resourceType: 'Parameters', parameter: [to('carrier', 'Organization/k'), text('low', '2'), text('high', '6')] }));
  });

  test('presets none for other drugs', async () => {
    whole = delivered(packed());
    answers(carrier);
    await desk();
    expect((await screen.findByLabelText<HTMLInputElement>('需要冷藏')).checked).toBe(false);
    expect(screen.queryByText(/须冷藏/)).toBeNull();
  });
});

describe('Stock', () => {
  test('of a drug is that of its name, whatever the blanks, and never what is gone', () => {
    const of = (item: string, name: string, quantity: number) => ({ item, name, quantity }) as Line;
    const found = stockFor([of('A', '氨氯地平片5mg', 1), of('B', '布洛芬片', 3), of('C', '氨氯地平片 5mg', 0)], '氨氯地平片 5mg');
    expect([found.same.map(({ item }) => item), found.others.map(({ item }) => item)]).toEqual([['A'], ['B']]);
  });

  test('is told anew line by line, with nothing else of the line lost', async () => {
    const log = answers(({ path }) => (path === '$stock-update' ? parameters(count('taken', 1)) : undefined));
    const { DispensingPage } = await import('./DispensingPage');
    await open(<DispensingPage />, { at: '/?tab=stock', account: true });
    const row = (await screen.findByText('布洛芬片 0.2g')).closest('tr')!;
    within(row).getByText('超过一天');
    await userEvent.click(within(row).getByRole('button', { name: '修改 布洛芬片 0.2g' }));
    const price = screen.getByLabelText('价格（元）');
    await userEvent.clear(price);
    await userEvent.type(price, '1.234{Enter}');
    await screen.findByText(/最多两位小数/);
    expect(sent(log, '$stock-update')).toBeUndefined();
    await userEvent.clear(price);
    await userEvent.type(price, '1.20{Enter}');
    await waitFor(() => expect(sent(log, '$stock-update')).toEqual({ resourceType: 'Parameters', parameter: [group('line', ...Object.entries({ item: 'B', name: '布洛芬片 0.2g', maker: '甲厂', unit: '片', per: '1', quantity: '9', price: '1.20' }).map(([name, value]) => text(name, value)))] }));
  });
});

describe('A parcel', () => {
  const parcel = (state: string, ...more: unknown[]) => parameters(group('parcel', text('id', 'k1'), text('state', state), text('side', 'courier'), at('packed', '2026-11-27T01:00:00Z'), at('changed', '2026-11-27T01:00:00Z'), to('shop', 'Organization/x', '甲药房'), flag('cold', true), { name: 'low', valueDecimal: 2 }, { name: 'high', valueDecimal: 8 }, flag('excursion', false), text('address', '解放西街 8 号'), ...more));
  const door = async () => {
    const { ParcelPage } = await import('../delivery/ParcelPage');
    return open(<ParcelPage />, { path: '/delivery/:parcel', at: '/delivery/k1', account: true });
  };

  test('is picked up, and its temperature kept', async () => {
    let state = 'packed';
    const log = answers(({ path }) => {
      if (path === '$parcel-pick') state = 'picked';
      if (path === '$parcel-reading') return new Refused(422, 'business-rule', '温度没有记下。');
      return path.startsWith('$parcel') ? parcel(state, ...steps(state === 'packed' ? 'pick' : 'depart')) : undefined;
    });
    await door();
    await userEvent.click(await screen.findByRole('button', { name: '取件' }));
    await screen.findByRole('button', { name: '出发' });
    await userEvent.type(screen.getByLabelText('现在的温度（°C）'), '冷');
    await userEvent.click(screen.getByRole('button', { name: '记录温度' }));
    await screen.findByText(/请填数字/);
    expect(sent(log, '$parcel-reading')).toBeUndefined();
    await userEvent.clear(screen.getByLabelText('现在的温度（°C）'));
    await userEvent.type(screen.getByLabelText('现在的温度（°C）'), '4.5{Enter}');
    await screen.findByText('温度没有记下。');
    expect(sent(log, '$parcel-reading')).toEqual({ resourceType: 'Parameters', parameter: [text('parcel', 'k1'), text('celsius', '4.5')] });
  });

  test('is not handed over without code and picture; goes back with a reason', async () => {
    const log = answers(({ path }) => (path.startsWith('$parcel') ? parcel('transit', text('name', '马秀兰'), ...steps('deliver', 'turn-back')) : undefined));
    await door();
    await userEvent.type(await screen.findByLabelText('收件人手机上的六位签收码'), '12');
    await userEvent.click(screen.getByRole('button', { name: '核对并交付' }));
    await screen.findByText('签收码是六位数字。');
    await userEvent.type(screen.getByLabelText('收件人手机上的六位签收码'), '3456');
    await userEvent.click(screen.getByRole('button', { name: '核对并交付' }));
    await screen.findByText('请拍一张签收照片。');
    expect(sent(log, '$parcel-deliver')).toBeUndefined();
    await userEvent.type(screen.getByLabelText('送不到的原因'), '家里没有人{Enter}');
    await waitFor(() => expect(sent(log, '$parcel-turn-back')).toEqual({ resourceType: 'Parameters', parameter: [text('parcel', 'k1'), text('reason', '家里没有人')] }));
  });

  test('is over once it is delivered or taken back', () => {
    const of = (state: Parcel['state']) => ({ state }) as Parcel;
    expect([isOver(of('delivered')), isOver(of('returned')), isOver(of('transit'))]).toEqual([true, true, false]);
  });
});
