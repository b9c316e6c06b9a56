import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { device, environment, launch, obstacle } from './browser';
import { looksRight } from './looks';
import { ask, faultsOf, parameters, signIn, someone, tokenOf, watch, type Person } from './people';

const password = process.env['HELAN_DEMO_PASSWORD'];
const reason = obstacle() ?? (password ? undefined : 'set HELAN_DEMO_PASSWORD to the content of DIR/demo-password.');
if (reason) console.error(`\n*** SKIPPED: the journey of a booking did not run: ${reason}\n`);

/** 丁志明 of the demo region. */
const RESIDENT = process.env['HELAN_JOURNEY_RESIDENT'] ?? '649107197604250019';
const HOSPITAL = '银川市第一人民医院';
/** Of bookings that still stand: what an earlier journey left open is given back first. */
const OPEN = 'pending,booked,waitlist';

/** A resident books by telephone, moves and cancels; then comes, is called by the desk, and reads his number from the screen and from his hand. */
describe.skipIf(reason)('A resident who books and is called', () => {
  const url = environment.url ?? '';
  let browser: Browser;
  let resident: Person;
  let desk: Person;
  let hall: Page;
  let patient = '';
  let number = '';
  const PHONE = { widths: [375, 1440] };

  beforeAll(async () => {
    browser = await launch();
    resident = await someone(browser, 375, 812);
    desk = await someone(browser, 1440, 900);
  });

  afterAll(async () => {
    await browser?.close();
  });

  const own = async (path: string, values?: Record<string, string>) => ask(path, await tokenOf(resident), values && parameters(values));

  const filled = (page: Page) => expect.poll(() => page.locator('[data-loading], .ant-skeleton').count(), { interval: 50 }).toBe(0);
  const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { level: 1, name }).waitFor();
  const times = (page: Page) => page.getByRole('group', { name: '时间' }).locator('button:enabled');

  /** From the list of times to the held place. */
  async function hold(page: Page, day: number, name?: string) {
    await times(page).first().waitFor();
    await page.getByRole('group', { name: '日期' }).getByRole('button', { name: /余/ }).nth(day).click();
    await times(page).first().click();
    if (name) await looksRight(page, name, PHONE);
    await page.getByRole('button', { name: /^(预约|改到) / }).click();
    await page.waitForURL(/\/book\/held\//);
    await filled(page);
  }

  test('both sign in, and what an earlier journey left is given back', async () => {
    await signIn(desk, '/workbench/', '用账户登录', 'doctor1', new RegExp(HOSPITAL));
    await heading(desk.page, /./);
    await signIn(resident, '/resident/', '登录', RESIDENT);
    await heading(resident.page, /./);
    const who = await own('/access/me');
    patient = who.fhirUser;
    const open = await own(`/fhir/Appointment?patient=${patient}&status=${OPEN}`);
    for (const { resource } of open.entry ?? []) await own(`/fhir/Appointment/${resource.id}/$cancel`, {});
    const tickets = await own(`/fhir/${patient}/$queue-tickets`);
    for (const { part } of tickets.parameter ?? []) {
      const says = (name: string) => part.find((one: any) => one.name === name);
      if (part.some((one: any) => one.name === 'may' && one.valueCode === 'leave')) await own('/fhir/$queue-leave', { ticket: says('id').valueString });
    }
  });

  test('the resident finds a hospital, a doctor and a time, and books it', async () => {
    const { page } = resident;
    await page.goto(`${url}/resident/#/bookings`);
    await filled(page);
    await page.getByRole('link', { name: '预约挂号' }).click();
    await page.getByRole('searchbox').fill('第一人民');
    await page.getByRole('button', { name: '查找' }).click();
    await looksRight(page, 'booking-hospitals', PHONE);
    await page.getByRole('link', { name: new RegExp(HOSPITAL) }).first().click();
    await page.getByRole('heading', { level: 2 }).first().waitFor();
    await filled(page);
    await looksRight(page, 'booking-doctors', PHONE);
    await page.getByRole('list').last().getByRole('link').first().click();
    await hold(page, 0, 'booking-times');
    await page.getByRole('button', { name: '确认预约' }).waitFor();
    await looksRight(page, 'booking-held', PHONE);
    await page.getByRole('button', { name: '确认预约' }).click();
    await page.getByText('预约成功').waitFor();
    await looksRight(page, 'booking-done', PHONE);
  });

  test('sees it, moves it to another day, and cancels it', async () => {
    const { page } = resident;
    await page.getByRole('link', { name: '我的预约' }).click();
    await page.getByRole('link', { name: '改约' }).waitFor();
    await looksRight(page, 'bookings', PHONE);
    const booked = page.locator('section.card').filter({ hasText: '改约' });
    const before = await booked.textContent();
    await page.getByRole('link', { name: '改约' }).click();
    await hold(page, 1);
    await page.getByText('预约成功').waitFor();
    await page.getByRole('link', { name: '我的预约' }).click();
    await page.getByRole('link', { name: '改约' }).waitFor();
    await expect.poll(() => booked.textContent()).not.toBe(before);
    await page.getByRole('button', { name: '取消预约' }).click();
    await looksRight(page, 'booking-cancel', PHONE);
    await page.getByRole('button', { name: '取消预约' }).click();
    await expect.poll(() => page.getByRole('link', { name: '改约' }).count()).toBe(0);
    await page.getByText('已取消').first().waitFor();
    await looksRight(page, 'bookings-over', PHONE);
  });

  /** From the list of hospitals to a place that is paid for. */
  async function paid(page: Page, shots = false) {
    await page.getByRole('link', { name: '预约挂号' }).first().click();
    await page.getByRole('link', { name: new RegExp(HOSPITAL) }).first().click();
    await page.getByRole('list').last().getByRole('link').first().click();
    await hold(page, 0);
    await page.getByRole('link', { name: /^在线支付/ }).click();
    await page.getByRole('radio').first().waitFor();
    if (shots) await looksRight(page, 'pay-ways', PHONE);
    await page.getByRole('button', { name: /^支付 ¥/ }).click();
    await page.getByRole('button', { name: '模拟付款' }).waitFor();
    if (shots) await looksRight(page, 'pay-code', PHONE);
    await page.getByRole('button', { name: '模拟付款' }).click();
    await page.getByText('支付成功').waitFor();
    await page.getByText('预约已确认。').waitFor();
    if (shots) await looksRight(page, 'pay-receipt', PHONE);
    await page.getByRole('link', { name: '查看预约' }).click();
    await page.getByRole('link', { name: '改约' }).waitFor();
  }

  test('books again and pays on line; cancelled in time, the money comes back', async () => {
    const { page } = resident;
    await paid(page, true);
    await page.getByRole('button', { name: '取消预约' }).click();
    await page.getByRole('button', { name: '取消预约' }).click();
    await expect.poll(() => page.getByRole('link', { name: '改约' }).count()).toBe(0);
    await page.goto(`${url}/resident/#/payments`);
    // All of it, or half within two hours of the visit: it depends on the hour at which this runs.
    await page.getByText(/已退款|已退 ¥/).first().waitFor();
    await looksRight(page, 'payments', PHONE);
    await page.goto(`${url}/resident/#/bookings`);
    await filled(page);
  });

  test('books the visit that it comes to, paid on line', async () => {
    await paid(resident.page);
  });

  test('a screen is put up in the hall', async () => {
    const { page } = desk;
    await page.goto(`${url}/workbench/#/lists/queue`);
    await page.getByRole('button', { name: '叫下一位' }).waitFor();
    await filled(page);
    await looksRight(page, 'queue-desk');
    await page.getByLabel('屏幕名称').fill('门诊二楼大厅');
    await page.getByRole('button', { name: '新建屏幕' }).click();
    const address = await page.locator('code').textContent();
    // A device of its own: the screen knows its token and nobody's session.
    const context = await device(browser, 1920, 1080);
    hall = watch(await context.newPage(), desk.faults);
    await hall.goto(`${url}${new URL(address ?? '').pathname}${new URL(address ?? '').hash}`);
    await hall.getByRole('heading', { level: 1, name: '门诊二楼大厅' }).waitFor();
    expect(hall.url()).not.toContain('hqs_');
  });

  test('the desk reads his code, and he sees his number', async () => {
    const { page } = desk;
    const code = await own(`/fhir/${patient}/$health-code`, {});
    await page.getByText('健康码', { exact: true }).click();
    await page.getByRole('textbox', { name: /健康码/ }).fill(code.parameter.find(({ name }: any) => name === 'code').valueString);
    await page.keyboard.press('Enter');
    await page.getByText('已签到').waitFor();
    number = (await page.getByText(/^A\d+$/).last().textContent()) ?? '';
    const phone = resident.page;
    await phone.goto(`${url}/resident/#/queue`);
    await phone.getByText(number, { exact: true }).waitFor();
    await looksRight(phone, 'queue-number', PHONE);
    await phone.goto(`${url}/resident/#/`);
    await phone.getByText(new RegExp(`^${number} ·`)).waitFor();
    await filled(phone);
    await looksRight(phone, 'queue-home', PHONE);
    await phone.goto(`${url}/resident/#/queue`);
  });

  test('he is called: the screen shows his number and half his name, the telephone where to go', async () => {
    const { page } = desk;
    await page.getByLabel('诊室').fill('3 诊室');
    await page.getByRole('listitem').filter({ hasText: number }).getByRole('button', { name: '呼叫' }).click();
    await page.getByRole('listitem').filter({ hasText: number }).getByRole('button', { name: '接诊' }).waitFor();
    const call = hall.getByRole('listitem').filter({ hasText: number });
    await call.getByText(/3 诊室/).waitFor();
    expect(await call.textContent()).toContain('丁*明');
    expect(await hall.locator('main').textContent()).not.toContain('丁志明');
    await looksRight(hall, 'hall', { widths: [1920, 1440, 375], fullPage: false });
    await resident.page.getByText(/3 诊室/).waitFor();
    await looksRight(resident.page, 'queue-called', PHONE);
  });

  test('he goes in, and the visit ends', async () => {
    const { page } = desk;
    const row = page.getByRole('listitem').filter({ hasText: number });
    await row.getByRole('button', { name: '接诊' }).click();
    await row.getByText('就诊中').waitFor();
    await hall.getByText(new RegExp(`${number} 3 诊室`)).waitFor();
    await looksRight(page, 'queue-serving');
    await row.getByRole('button', { name: '完成' }).click();
    await expect.poll(() => row.count()).toBe(0);
    await page.getByRole('listitem').filter({ hasText: '门诊二楼大厅' }).getByRole('button', { name: '停用' }).last().click();
    for (const one of [resident, desk]) expect(faultsOf(one)).toEqual([]);
  });
});
