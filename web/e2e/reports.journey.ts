import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { device, environment, launch, obstacle } from './browser';
import { looksRight } from './looks';

const password = process.env['HELAN_DEMO_PASSWORD'];
const reason = obstacle() ?? (password ? undefined : 'set HELAN_DEMO_PASSWORD to the content of DIR/demo-password.');
if (reason) console.error(`\n*** SKIPPED: the journey through reports did not run: ${reason}\n`);

/** 丁志明 of the demo region reads reports and documents, takes the summary along, and asks for a correction. */
const RESIDENT = process.env['HELAN_JOURNEY_RESIDENT'] ?? '649107197604250019';

describe.skipIf(reason)('A resident with reports', () => {
  const url = environment.url ?? '';
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  const faults: string[] = [];
  const PHONE = { widths: [320, 375, 1440] };

  beforeAll(async () => {
    browser = await launch();
    context = await device(browser, 390, 844);
    page = await context.newPage();
    page.on('pageerror', (error) => faults.push(String(error)));
    page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
    await page.goto(`${url}/resident/`);
    await page.getByRole('button', { name: '登录' }).click();
    await page.locator('#login:focus').waitFor();
    await page.keyboard.type(RESIDENT);
    await page.keyboard.press('Tab');
    await page.keyboard.type(password ?? '');
    await page.keyboard.press('Enter');
    await page.getByRole('navigation', { name: '主导航' }).waitFor();
  });

  afterAll(async () => {
    await browser?.close();
  });

  const filled = () => expect.poll(() => page.locator('[data-loading]').count(), { interval: 50 }).toBe(0);

  test('finds them below the record in brief', async () => {
    await page.goto(`${url}/resident/#/visits`);
    await page.getByRole('link', { name: /检验检查报告/ }).click();
    await page.getByRole('heading', { level: 1, name: '检验检查报告' }).waitFor();
    await filled();
    await looksRight(page, 'resident-reports', PHONE);
  });

  test('reads the sentence first, then values and who stands for them', async () => {
    await page.getByRole('list', { name: '检验检查报告' }).getByRole('link').filter({ hasText: /异常/ }).first().click();
    await page.getByRole('list', { name: '各项结果' }).waitFor();
    await filled();
    await looksRight(page, 'resident-report', PHONE);
    const saved = page.waitForEvent('download');
    await page.getByRole('button', { name: '下载报告（PDF）' }).click();
    expect((await saved).suggestedFilename()).toBe('report.pdf');
  });

  test('sees who read it, and opens the record to a doctor for a month', async () => {
    const report = page.url();
    await page.getByRole('link', { name: /谁看过这份报告/ }).click();
    await page.getByRole('heading', { name: '打开过这份报告' }).waitFor();
    await filled();
    await looksRight(page, 'resident-report-readers', PHONE);
    await page.goto(report);
    await page.getByRole('link', { name: /请医生看我的记录/ }).click();
    await page.getByRole('button', { name: '下一步' }).waitFor();
    await page.getByRole('searchbox').fill('医');
    expect(await page.evaluate(() => (JSON.parse(sessionStorage.getItem('helan.consent-draft') ?? '{}') as { until?: string }).until)).toMatch(/^\d{4}-\d\d-\d\d$/);
    await page.goto(report);
    await page.getByRole('list', { name: '各项结果' }).waitFor();
  });

  test('asks for a correction, which the institution answers', async () => {
    await page.getByRole('link', { name: '内容有误，申请更正' }).click();
    await page.getByRole('button', { name: '提交申请' }).waitFor();
    await filled();
    await page.getByLabel('哪里有误，应该是什么').fill('采样时间应为当天上午');
    await looksRight(page, 'resident-correction-ask', PHONE);
    await page.getByRole('button', { name: '提交申请' }).click();
    await page.getByText('等待受理').first().waitFor();
    await looksRight(page, 'resident-corrections', PHONE);
    await page.getByRole('button', { name: '撤回申请' }).first().click();
    await page.getByText('已撤回').first().waitFor();
  });

  test('takes the summary along, on paper and as data', async () => {
    await page.goto(`${url}/resident/#/summary`);
    await page.getByRole('heading', { name: '健康问题' }).waitFor();
    await looksRight(page, 'resident-summary', PHONE);
    const saved = page.waitForEvent('download');
    await page.getByRole('button', { name: '下载数据文件' }).click();
    expect((await saved).suggestedFilename()).toMatch(/^summary-\d{4}-\d\d-\d\d\.json$/);
    if (environment.shots) await page.pdf({ path: join(environment.shots, 'resident-summary.pdf'), format: 'A4' });
    await page.goto(`${url}/resident/#/documents`);
    await page.getByRole('heading', { level: 1, name: '病历文书' }).waitFor();
    await filled();
    await looksRight(page, 'resident-documents', PHONE);
  });

  test('finds reports, doctors and hospitals by one search, without the mouse', async () => {
    await page.goto(`${url}/resident/#/`);
    await page.getByRole('searchbox', { name: /搜索/ }).waitFor();
    await filled();
    await looksRight(page, 'resident-home', PHONE);
    await page.getByRole('searchbox', { name: /搜索/ }).focus();
    await page.keyboard.type('血');
    await page.keyboard.press('Enter');
    await page.getByRole('list', { name: '我的报告和文书' }).waitFor();
    await filled();
    await looksRight(page, 'resident-search', PHONE);
    await page.getByRole('searchbox', { name: /搜索/ }).focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 2, name: '报告单' }).waitFor();
    await page.goto(`${url}/resident/#/search?q=${encodeURIComponent('医院')}`);
    await page.getByRole('list', { name: '医院' }).waitFor();
    await filled();
    await looksRight(page, 'resident-search-hospitals', { widths: [375] });
    await page.goto(`${url}/resident/#/search?q=${encodeURIComponent('没有的东西')}`);
    await page.getByText('没有找到“没有的东西”').waitFor();
    await looksRight(page, 'resident-search-none', { widths: [375] });
  });

  test('reads the bill of a stay day by day, also on paper and in large type', async () => {
    await page.goto(`${url}/resident/#/visits`);
    await page.getByRole('link', { name: /住院清单/ }).click();
    await page.getByRole('list', { name: '住院清单' }).waitFor();
    await filled();
    await looksRight(page, 'resident-stays', PHONE);
    // The stay with an operation, of the demo region's guide.
    await page.getByRole('list', { name: '住院清单' }).getByRole('link').filter({ hasText: '2025-03-31' }).click();
    await page.getByRole('heading', { name: '每天的费用' }).waitFor();
    await filled();
    await looksRight(page, 'resident-stay', PHONE);
    await page.getByRole('link').filter({ hasText: '2025-04-02' }).click();
    await page.getByRole('heading', { name: '明细' }).waitFor();
    await filled();
    // What is not struck out adds up to the figure above, to the fen.
    const fen = (texts: string[]) => texts.reduce((sum, text) => sum + Math.round(Number(text.replace(/[¥,]/g, '')) * 100), 0);
    const lines = await page.getByRole('article').locator('li > b').allInnerTexts();
    expect(lines.length).toBeGreaterThan(8);
    expect(fen(lines)).toBe(fen(await page.getByRole('article').locator('p > b').first().allInnerTexts()));
    await looksRight(page, 'resident-bill', PHONE);
    if (environment.shots) await page.pdf({ path: join(environment.shots, 'resident-bill.pdf'), format: 'A4' });
    await page.evaluate(() => document.documentElement.setAttribute('data-elder', ''));
    await looksRight(page, 'resident-bill-elder', { widths: [320, 375] });
    await page.evaluate(() => document.documentElement.removeAttribute('data-elder'));
  });

  test('hears of a report while a page is open, and has read it once it is', async () => {
    const operator = { Authorization: `Bearer ${environment.token ?? ''}`, 'Content-Type': 'application/fhir+json' };
    const found = (await (await fetch(`${url}/fhir/Patient?identifier=urn:oid:2.16.156.10011.1.3|${RESIDENT}`, { headers: operator })).json()) as { entry: { resource: { id: string } }[] };
    const report = { resourceType: 'DiagnosticReport', status: 'final', code: { text: '幽门螺杆菌呼气试验' }, subject: { reference: `Patient/${found.entry[0]!.resource.id}` }, issued: new Date().toISOString(), conclusion: '阴性。' };
    expect((await fetch(`${url}/fhir/DiagnosticReport`, { method: 'POST', headers: operator, body: JSON.stringify(report) })).status).toBe(201);
    await page.getByText('您有新消息').waitFor();
    await looksRight(page, 'resident-news', PHONE);
    await page.getByRole('link', { name: '查看' }).click();
    await page.getByRole('article').filter({ hasText: '幽门螺杆菌呼气试验' }).first().waitFor();
    await looksRight(page, 'resident-messages', PHONE);
    await page.getByRole('article').filter({ hasText: '幽门螺杆菌呼气试验' }).first().getByRole('link', { name: '打开报告' }).click();
    await page.getByRole('heading', { level: 1, name: '幽门螺杆菌呼气试验' }).waitFor();
    await page.goto(`${url}/resident/#/messages`);
    await page.getByRole('article').filter({ hasText: '幽门螺杆菌呼气试验' }).first().waitFor();
    await expect.poll(() => page.getByRole('article').filter({ hasText: '幽门螺杆菌呼气试验' }).first().getByText('未读').count()).toBe(0);
  });

  test('is told when the line is gone, and keeps what is there', async () => {
    await context.setOffline(true);
    await page.getByText('没有网络').waitFor();
    await looksRight(page, 'resident-offline', { widths: [375] });
    await context.setOffline(false);
    await page.getByText('没有网络').waitFor({ state: 'detached' });
    expect(faults.filter((fault) => !/ERR_INTERNET_DISCONNECTED/.test(fault))).toEqual([]);
  });
});
