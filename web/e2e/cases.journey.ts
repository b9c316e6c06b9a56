import type { Bundle, Encounter } from 'fhir/r4';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { device, environment, launch, obstacle } from './browser';
import { looksRight } from './looks';

const password = process.env['HELAN_DEMO_PASSWORD'];
const reason = obstacle() ?? (password ? undefined : 'set HELAN_DEMO_PASSWORD to the content of DIR/demo-password.');
if (reason) console.error(`\n*** SKIPPED: the journey of a regulator's case did not run: ${reason}\n`);

const ORDER = `宁医保稽〔2026〕${Date.now() % 100_000}号`;
const WHY = '核查虚假住院';
const NOTE = '已核对文书';
const END = '核查完毕，无异常';

describe.skipIf(reason)('A regulator’s case', () => {
  const url = environment.url ?? '';
  let browser: Browser;
  let regulator: Page;
  let operator: Page;
  let pseudonym = '';
  const contexts: BrowserContext[] = [];
  const faults: string[] = [];

  beforeAll(async () => {
    browser = await launch();
  });

  afterAll(async () => {
    await Promise.all(contexts.map((context) => context.close()));
    await browser?.close();
  });

  /** On a device of their own. */
  async function signedIn(login: string): Promise<Page> {
    const context = await device(browser, 1440, 900);
    contexts.push(context);
    const page = await context.newPage();
    page.on('pageerror', (error) => faults.push(String(error)));
    page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
    await page.goto(`${url}/#/cases`);
    await page.getByRole('button', { name: '用账户登录' }).click();
    await page.getByLabel('用户名或身份证号').fill(login);
    await page.getByLabel('密码').fill(password ?? '');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: '监管调查' }).waitFor();
    return page;
  }

  const chosen = (page: Page) => page.getByRole('region', { name: '这项调查' });

  test('begins with somebody of whom only a pseudonym is known', async () => {
    const read = async (path: string) => {
      const answer = await fetch(`${url}/fhir/${path}`, { headers: { Authorization: `Bearer ${environment.token}` } });
      return answer.ok ? ((await answer.json()) as Bundle).entry?.map(({ resource }) => resource) : undefined;
    };
    // Not one whose record another case still opens: an earlier run may have ended early.
    const open = JSON.stringify((await read('Task/$cases?state=approved&_count=200')) ?? []);
    const found = async () => {
      const encounters = (await read('pseudonymised/Encounter?_count=200')) as Encounter[] | undefined; // None while the data are being made.
      return (pseudonym = encounters?.map(({ subject }) => subject?.reference?.split('/')[1] ?? '').find((one) => one !== '' && !open.includes(one)) ?? '');
    };
    await expect.poll(found, { interval: 1000 }).not.toBe('');
    regulator = await signedIn('regulator');
    expect(await regulator.getByRole('link', { name: '居民', exact: true }).count()).toBe(0);
  });

  test('is asked for with ground, order and reason', async () => {
    await regulator.getByRole('button', { name: '申请监管调查' }).click();
    await regulator.getByRole('button', { name: '提交申请' }).click();
    await regulator.getByText('请选择依据。').waitFor();
    await looksRight(regulator, 'case-ask-refused');
    await regulator.getByLabel('假名编号').fill(pseudonym);
    await regulator.getByText(/年生/).waitFor();
    await regulator.getByLabel('医保基金监管').check();
    await regulator.getByLabel('文号').fill(ORDER);
    await regulator.getByLabel('理由').fill(WHY);
    await regulator.getByLabel('精神卫生').check();
    await looksRight(regulator, 'case-ask');
    await regulator.getByRole('button', { name: '提交申请' }).click();
    await chosen(regulator).getByText('自己提出的申请不能自己审批').waitFor();
    expect(await regulator.getByRole('button', { name: '提交审批' }).count()).toBe(0);
    await looksRight(regulator, 'case-requested');
  });

  test('is approved by somebody else, who does not learn whom it is about', async () => {
    operator = await signedIn('operator');
    // On a phone the one that is chosen comes into sight.
    await operator.setViewportSize({ width: 375, height: 300 });
    await operator.getByRole('button', { name: new RegExp(ORDER) }).click();
    await expect.poll(() => operator.locator('#case').evaluate((one) => Math.abs(Math.round(one.getBoundingClientRect().top)))).toBe(0);
    await operator.setViewportSize({ width: 1440, height: 900 });
    await looksRight(operator, 'case-decide');
    await chosen(operator).getByLabel('批准', { exact: true }).check();
    await chosen(operator).getByLabel('审批意见').fill(NOTE);
    await chosen(operator).getByRole('button', { name: '提交审批' }).click();
    await chosen(operator).getByText('已批准').waitFor();
    expect(await operator.getByRole('link', { name: '打开居民档案' }).count()).toBe(0);
  });

  let record = '';

  test('opens the record to who asked', async () => {
    await regulator.getByRole('link', { name: '监管调查' }).click();
    await chosen(regulator).getByRole('link', { name: '打开居民档案' }).click();
    await regulator.getByRole('heading', { name: '现有问题' }).waitFor();
    await expect.poll(() => regulator.locator('main .ant-skeleton').count()).toBe(0);
    record = regulator.url();
    expect(await regulator.getByRole('heading', { level: 1 }).innerText()).not.toBe('');
    expect(await regulator.locator('main [role=alert]').allInnerTexts()).toEqual([]);
    await looksRight(regulator, 'case-record', { fullPage: false });
    await regulator.getByRole('link', { name: '← 监管调查' }).click();
    const seen = chosen(regulator).getByRole('region', { name: '开放期间查阅了什么' });
    await seen.locator('tbody tr').first().waitFor();
    expect(await seen.innerText()).toContain('读取');
    await looksRight(regulator, 'case-open');
    expect(faults).toEqual([]);
  });

  test('can be read in English', async () => {
    await regulator.getByRole('button', { name: 'English' }).click();
    await regulator.getByRole('heading', { level: 1, name: "Regulators' cases" }).waitFor();
    const chinese = await regulator.evaluate(() => document.querySelector('main')?.innerText.match(/\p{Script=Han}+/gu) ?? []);
    // What others wrote stays as they wrote it: other journeys have cases, too.
    const others = await regulator.getByRole('list', { name: "Regulators' cases" }).getByRole('listitem').filter({ hasNotText: ORDER }).allInnerTexts();
    const written = [ORDER, WHY, NOTE, ...others].join(' ');
    expect(chinese.filter((words) => !written.includes(words))).toEqual([]);
    await looksRight(regulator, 'case-open-english');
    await regulator.getByRole('button', { name: '中文' }).click();
  });

  test('is closed, and the record with it', async () => {
    await chosen(regulator).getByLabel('结束说明').fill(END);
    await chosen(regulator).getByRole('button', { name: '结束调查' }).click();
    await chosen(regulator).getByText('已结束').waitFor();
    await chosen(regulator).getByText(END).waitFor();
    await looksRight(regulator, 'case-closed');
    await regulator.goto(record);
    await regulator.reload();
    await regulator.getByRole('alert').first().waitFor();
    expect(await regulator.getByRole('heading', { name: '现有问题' }).count()).toBe(0);
    expect(faults.filter((fault) => !/404/.test(fault))).toEqual([]); // The browser notes what is there no longer.
  });
});
