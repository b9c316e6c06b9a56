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

  test('is told when the line is gone, and keeps what is there', async () => {
    await context.setOffline(true);
    await page.getByText('没有网络').waitFor();
    await looksRight(page, 'resident-offline', { widths: [375] });
    await context.setOffline(false);
    await page.getByText('没有网络').waitFor({ state: 'detached' });
    expect(faults.filter((fault) => !/ERR_INTERNET_DISCONNECTED/.test(fault))).toEqual([]);
  });
});
