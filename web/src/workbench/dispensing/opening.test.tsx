import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeAll, describe, expect, test } from 'vitest';
import en from '../../shared/i18n/en';
import { startTranslation } from '../../shared/i18n/i18n';
import zh from '../../shared/i18n/zh';
import { open, platform, Refused, type Asked } from '../../test/platform';
import { openingIn, parametersOf } from './useOpening';

const text = (name: string, valueString: string) => ({ name, valueString });
const code = (name: string, valueCode: string) => ({ name, valueCode });
const hours = (days: string[], start: string, end: string) => ({ name: 'hours', part: [...days.map((day) => code('day', day)), text('start', start), text('end', end)] });
const UPDATE = 'HealthcareService/d1/$opening-hours-update';

const told = (version: string, isOpen: boolean, ...more: unknown[]) => ({
  resourceType: 'Parameters',
  parameter: [{ name: 'service', valueReference: { reference: 'HealthcareService/d1', display: '甲药房' } }, text('version', version), { name: 'open', valueBoolean: isOpen }, { name: 'changes', valueInstant: '2026-11-27T14:00:00Z' }, text('telephone', '0951-1234567'), code('way', 'pickup'), ...more],
});

const isPreview = ({ body }: Asked) => (JSON.stringify(body) ?? '').includes('"preview"');
const saves = (log: Asked[]) => log.filter((one) => one.path === UPDATE && !isPreview(one));

function answers(read: unknown, own: (asked: Asked) => unknown = () => undefined): Asked[] {
  return platform((asked) => {
    const said = own(asked);
    if (said !== undefined) return said;
    if (asked.path === '/access/me') return { account: 'a', fhirUser: 'Practitioner/me', patients: [], institution: 'x', name: '李药师', role: 'practitioner', licences: ['pharmacist'] };
    if (asked.path === '$opening-hours') return read;
    return { resourceType: 'Parameters' };
  });
}

const page = async () => {
  const { DispensingPage } = await import('./DispensingPage');
  const { KeyBoard } = await import('../keys/KeyBoard');
  return open(
    <KeyBoard>
      <DispensingPage />
    </KeyBoard>,
    { at: '/?tab=opening', account: true },
  );
};

beforeAll(() => startTranslation({ zh, en: () => Promise.resolve(en) }));

describe('Opening hours', () => {
  test('are read and sent in the same shape, alike days together, other days kept apart', () => {
    const parameter = [hours(['mon', 'tue'], '08:00', '12:00'), { name: 'hours', part: [code('day', 'sun'), { name: 'allDay', valueBoolean: true }] }, { name: 'closed', part: [text('description', '盘点'), text('start', '2026-12-01'), text('end', '2026-12-02')] }, code('way', 'pickup'), text('telephone', '1')];
    expect(parametersOf(openingIn({ resourceType: 'Parameters', parameter }).plan)).toEqual(parameter);
    const every = openingIn({ resourceType: 'Parameters', parameter: [{ name: 'hours', part: [text('start', '20:00'), text('end', '02:00')] }] }).plan.week;
    expect(every.thu).toEqual({ allDay: false, spans: [{ start: '20:00', end: '02:00' }] });
  });

  test('are shown with what residents see now, changed, tried, and saved by a key for the version that was read', async () => {
    const log = answers(told('3', true, hours(['mon'], '08:00', '22:00')), (asked) => (asked.path !== UPDATE ? undefined : told(isPreview(asked) ? '3' : '4', false, hours(['mon', 'tue'], '08:00', '22:00'), code('way', 'delivery'))));
    await page();
    screen.getByRole('status', { name: '正在读取' });
    await screen.findByText('营业中');
    screen.getByText('到 2026-11-27 周五 22:00 打烊');
    expect(screen.getByRole<HTMLButtonElement>('button', { name: '保存' }).disabled).toBe(true);
    const tuesday = screen.getByRole('group', { name: '星期二' });
    within(tuesday).getByText('休息');
    await userEvent.click(within(tuesday).getByRole('button', { name: '星期二加一段营业时间' }));
    const end = within(tuesday).getByLabelText('星期二打烊');
    await userEvent.clear(end);
    await userEvent.type(end, '02:00');
    within(tuesday).getByText('次日');
    await userEvent.click(screen.getByLabelText('送药上门'));
    await screen.findByText('休息中');
    await screen.findByText('2026-11-27 周五 22:00 开门');
    await userEvent.keyboard('{Control>}{Enter}{/Control}');
    await screen.findByText('已保存，居民马上看到。');
    const [sent] = saves(log);
    expect(sent?.ifMatch).toBe('W/"3"');
    expect(sent?.body).toEqual({ resourceType: 'Parameters', parameter: [hours(['mon'], '08:00', '22:00'), hours(['tue'], '08:00', '02:00'), code('way', 'pickup'), code('way', 'delivery'), text('telephone', '0951-1234567')] });
    expect(log.filter(isPreview).every(({ ifMatch }) => ifMatch === undefined)).toBe(true);
  });

  test('are the same every day by one button', async () => {
    const log = answers(told('3', true, hours(['mon'], '08:00', '22:00')), (asked) => (asked.path === UPDATE ? told('4', true) : undefined));
    await page();
    await userEvent.click(await screen.findByRole('button', { name: '每天都和星期一一样' }));
    await userEvent.click(screen.getByRole('button', { name: '保存' }));
    await waitFor(() => expect(JSON.stringify(saves(log)[0]?.body)).toContain(JSON.stringify(hours(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'], '08:00', '22:00'))));
  });

  test('say what is missing before anything is sent: times, reason and days, a way', async () => {
    const log = answers(told('3', true));
    await page();
    await userEvent.click(await screen.findByRole('button', { name: '加一次停业' }));
    const save = screen.getByRole('button', { name: '保存' });
    await userEvent.click(save);
    await screen.findByText('请写明停业原因，至少 2 个字。');
    await userEvent.type(screen.getByLabelText('原因'), '盘点');
    await screen.findByText('请填好停业的起止日期，结束不能早于开始。');
    await userEvent.type(screen.getByLabelText('从'), '2026-12-02');
    expect(screen.getByLabelText<HTMLInputElement>('到（含当天）').value).toBe('2026-12-02');
    await userEvent.click(screen.getByLabelText('到店自取'));
    await screen.findByText('请至少选一种取药方式。');
    await userEvent.click(screen.getByRole('button', { name: '星期三加一段营业时间' }));
    await userEvent.click(screen.getByRole('button', { name: '星期三加一段营业时间' }));
    await screen.findByText(/请填好每一段的开门和打烊时间/);
    expect(saves(log)).toEqual([]);
  });

  test('keep what was typed when another has saved since, and are read anew when asked', async () => {
    let read = told('3', true);
    answers(undefined, (asked) => (asked.path === '$opening-hours' ? read : asked.path === UPDATE && !isPreview(asked) ? new Refused(412, 'conflict', '资源不是您预期的版本。') : asked.path === UPDATE ? told('3', true) : undefined));
    await page();
    const phone = await screen.findByLabelText<HTMLInputElement>('联系电话');
    await userEvent.type(phone, '8');
    await userEvent.click(screen.getByRole('button', { name: '保存' }));
    await screen.findByText('资源不是您预期的版本。');
    expect(phone.value).toBe('0951-12345678');
    read = told('5', true);
    await userEvent.click(screen.getByRole('button', { name: '放弃我的修改，读取最新的' }));
    await waitFor(() => expect(screen.getByLabelText<HTMLInputElement>('联系电话').value).toBe('0951-1234567'));
  });

  test('tell in the words of the platform what it would refuse', async () => {
    answers(told('3', true), (asked) => (asked.path === UPDATE ? new Refused(400, 'value', '营业时间有重叠（mon）。') : undefined));
    await page();
    await userEvent.click(await screen.findByRole('button', { name: '星期一加一段营业时间' }));
    await screen.findByText('营业时间有重叠（mon）。');
  });

  test('say why they cannot be read', async () => {
    answers(new Refused(403, 'forbidden', '只有药店可以这样做。'));
    await page();
    await screen.findByText('只有药店可以这样做。');
  });
});
