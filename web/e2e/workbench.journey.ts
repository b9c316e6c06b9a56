import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { device, environment, launch, obstacle } from './browser';
import { looksRight } from './looks';

const password = process.env['HELAN_DEMO_PASSWORD'];
const reason = obstacle() ?? (password ? undefined : 'set HELAN_DEMO_PASSWORD to the content of DIR/demo-password.');
if (reason) console.error(`\n*** SKIPPED: the workbench's journey did not run: ${reason}\n`);

/** 马秀兰 of the demo region, whom the doctor treats; and 陈桂英, whose record is opened as an emergency. */
const TREATED = '649100195803120002';
const CLOSED = '649109193802190007';

/** One doctor's day, by the keyboard alone: from the list to the signed note and the end of the visit. */
describe.skipIf(reason)('A doctor at the workbench', () => {
  const url = environment.url ?? '';
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let encounter = '';
  let name = '';
  const faults: string[] = [];

  async function api(path: string, body?: unknown, token = environment.token): Promise<any> {
    const response = await fetch(url + path, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { Authorization: `Bearer ${token ?? ''}`, 'Content-Type': 'application/fhir+json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer: any = await response.json();
    expect(response.ok, JSON.stringify(answer)).toBe(true);
    return answer;
  }

  const filled = () => expect.poll(() => page.locator('.ant-skeleton, main [role=status][aria-label]').count(), { interval: 50 }).toBe(0);

  function noFaults() {
    expect(faults.filter((fault) => !/status of (401|403|404|422)/.test(fault))).toEqual([]);
    faults.length = 0;
  }

  /** The pages are worked with keys; a press of the mouse anywhere would show here. */
  const presses = () => page.evaluate(() => (window as unknown as { presses?: number }).presses ?? 0);

  beforeAll(async () => {
    browser = await launch();
    context = await device(browser, 1440, 900);
    await context.addInitScript(() => addEventListener('pointerdown', () => ((window as unknown as { presses: number }).presses = ((window as unknown as { presses?: number }).presses ?? 0) + 1), true));
    page = await context.newPage();
    page.on('pageerror', (error) => faults.push(String(error)));
    page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
  });

  afterAll(async () => {
    await browser?.close();
  });

  test('signs in with the keyboard, and finds who is there', async () => {
    await page.goto(`${url}/workbench/`);
    await page.getByRole('button', { name: '用账户登录' }).waitFor();
    await looksRight(page, 'workbench-sign-in', { widths: [375] });
    await page.keyboard.press('Enter');
    await page.locator('#login:focus').waitFor();
    await page.keyboard.type('doctor2');
    await page.keyboard.press('Tab');
    await page.keyboard.type(password ?? '');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: '在诊患者' }).waitFor();
    const token = (await page.evaluate(() => sessionStorage.getItem('helan.token'))) ?? '';
    const me = await api('/access/me', undefined, token);
    const found = await api(`/fhir/Patient?identifier=urn:oid:2.16.156.10011.1.3|${TREATED}`);
    const patient = found.entry[0].resource;
    name = patient.name[0].text;
    // As the desk of the hospital checks in who comes.
    const arrived = await api('/fhir/Encounter', {
      resourceType: 'Encounter',
      status: 'in-progress',
      class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'AMB' },
      subject: { reference: `Patient/${patient.id}` },
      participant: [{ individual: { reference: me.fhirUser, display: me.name } }],
      period: { start: new Date().toISOString() },
      reasonCode: [{ text: '复诊，头晕 3 天' }],
      serviceProvider: { reference: `Organization/${me.institution}`, display: me.post.institutionName },
    });
    encounter = arrived.id;
    await page.reload();
    await page.getByRole('list', { name: '在诊患者' }).getByText(name).first().waitFor();
    await filled();
    await looksRight(page, 'workbench-patients', { widths: [375, 1440] });
    noFaults();
  });

  test('is told the keys, and opens the record with them', async () => {
    await page.keyboard.press('?');
    await page.getByRole('complementary', { name: '快捷键' }).waitFor();
    if (environment.shots) await page.screenshot({ path: join(environment.shots, 'workbench-keys-1440.png') });
    await page.keyboard.press('Escape');
    const items = page.getByRole('list', { name: '在诊患者' }).getByRole('link');
    await page.keyboard.press('j');
    // The one of this journey, if the list has more.
    for (let at = 0; at < 20 && !(await page.evaluate((id) => document.activeElement?.getAttribute('href')?.includes(id) ?? false, encounter)); at++) await page.keyboard.press('j');
    expect(await items.count()).toBeGreaterThan(0);
    await page.keyboard.press('Enter');
    await page.getByRole('complementary', { name: '当前居民' }).getByText(name).waitFor();
    await page.getByRole('heading', { name: '现有问题' }).waitFor();
    await filled();
    await looksRight(page, 'workbench-record');
    for (const [key, label, shot] of [
      ['t', '时间轴', 'timeline'],
      ['r', '检验与体征', 'results'],
      ['d', '文书', 'documents'],
      ['a', '查阅记录', 'accesses'],
    ] as const) {
      await page.keyboard.press(key);
      await page.getByRole('region', { name: label }).first().waitFor();
      await filled();
      await looksRight(page, `workbench-${shot}`, { fullPage: false, widths: shot === 'results' ? [375, 1440] : [375] });
    }
    noFaults();
  });

  test('writes a note and signs it, without the mouse', async () => {
    await page.keyboard.press('n');
    await page.locator('#part-complaint:focus').waitFor();
    await page.keyboard.press('Control+Enter');
    await page.getByText('请填写主诉。').waitFor();
    await page.keyboard.type('头晕 3 天');
    await page.keyboard.press('Tab');
    await page.keyboard.type('3 天前无明显诱因头晕，无恶心呕吐，自测血压 158/94 mmHg。');
    await page.keyboard.press('Tab');
    await page.keyboard.type('高血压 12 年，2 型糖尿病 5 年。');
    await page.keyboard.press('Tab');
    await page.keyboard.type('血压 152/90 mmHg，心率 76 次/分，律齐。');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.locator('#part-diagnosis:focus').waitFor();
    await page.keyboard.type('I10');
    await page.getByRole('option').first().waitFor();
    await looksRight(page, 'workbench-note-writing', { widths: [375, 1440] });
    await page.keyboard.press('Enter');
    await page.getByRole('list', { name: '诊断' }).getByText('原发性高血压').waitFor();
    await page.keyboard.press('Tab');
    await page.locator('#part-plan:focus').waitFor();
    await page.keyboard.type('氨氯地平加至 10 mg 每日一次\n两周后复诊，家庭自测血压');
    await page.keyboard.press('Control+s');
    await page.getByText('已暂存').waitFor();
    await page.keyboard.press('Control+Enter');
    await page.getByText('已签名，核验有效').waitFor();
    await filled();
    await looksRight(page, 'workbench-note', { widths: [375, 768, 1440] });
    expect(await page.title()).toBe('门诊病历 · 贺兰');
    if (environment.shots) await page.pdf({ path: join(environment.shots, 'workbench-note.pdf'), format: 'A4' });
    expect(await presses()).toBe(0);
    noFaults();
  });

  test('ends the visit, and the list is empty of it', async () => {
    await page.keyboard.press('e');
    await page.getByRole('heading', { level: 1, name: '在诊患者' }).waitFor();
    await expect.poll(() => page.locator(`a[href*="${encounter}"]`).count()).toBe(0);
    expect((await api(`/fhir/Encounter/${encounter}`)).status).toBe('finished');
    expect(await presses()).toBe(0);
    noFaults();
  });

  test('finds somebody by the whole number, and opens a closed record for an emergency only', async () => {
    await page.keyboard.press('/');
    await page.keyboard.type(CLOSED);
    await page.keyboard.press('Enter');
    await page.getByRole('list', { name: '查找居民' }).getByRole('link').first().waitFor();
    await looksRight(page, 'workbench-find', { widths: [375] });
    await page.locator('main:focus').waitFor();
    await page.keyboard.press('Enter');
    const closed = page.getByRole('heading', { name: '档案没有对您开放' });
    const open = page.getByRole('heading', { name: '现有问题' });
    await closed.or(open).waitFor();
    // On data where an earlier journey has opened it within four hours.
    if (await closed.isVisible()) {
      await looksRight(page, 'workbench-closed', { widths: [375] });
      await page.getByLabel('理由').focus();
      await page.keyboard.type('急救');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await page.getByText('至少写 5 个字').waitFor();
      await page.getByLabel('理由').focus();
      await page.keyboard.press('End');
      await page.keyboard.type('，跌倒后意识不清');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await open.waitFor();
      await filled();
    }
    await page.keyboard.press('6');
    await page.getByRole('heading', { level: 1, name: '紧急访问待说明' }).waitFor();
    await filled();
    await looksRight(page, 'workbench-emergencies', { widths: [1440] });
    expect(await presses()).toBe(0);
    noFaults();
  });

  test('has it dark, and in English', async () => {
    await page.getByRole('button', { name: '深色' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: '浅色' }).waitFor();
    await page.goto(`${url}/workbench/#/lists/patients`);
    await filled();
    await looksRight(page, 'workbench-patients-dark', { widths: [1440] });
    const patient = (await api(`/fhir/Patient?identifier=urn:oid:2.16.156.10011.1.3|${TREATED}`)).entry[0].resource.id as string;
    for (const view of ['summary', 'results']) {
      await page.goto(`${url}/workbench/#/persons/${patient}?view=${view}`);
      await page.getByRole('complementary', { name: '当前居民' }).getByText(name).waitFor();
      await filled();
      await looksRight(page, `workbench-${view}-dark`, { widths: [1440], fullPage: false });
    }
    await page.goto(`${url}/workbench/#/persons/${patient}/notes/new`);
    await page.locator('#part-complaint').waitFor();
    await looksRight(page, 'workbench-note-writing-dark', { widths: [1440] });
    await page.getByRole('button', { name: 'English' }).focus();
    await page.keyboard.press('Enter');
    for (const route of ['/lists/patients', '/lists/notes', '/lists/corrections', '/lists/emergencies', '/lists/queue', '/find', `/persons/${patient}/notes/new`]) {
      await page.goto(`${url}/workbench/#${route}`);
      await page.getByRole('button', { name: '中文' }).waitFor();
      await filled();
      // Names of people and places stay as they are.
      const words = await page.evaluate(() => [...document.querySelectorAll('h1, h2, nav a, main > p, main label, main button, dt')].map((one) => (one as HTMLElement).innerText).join('\n'));
      expect(words.split('\n').filter((line) => /\p{Script=Han}/u.test(line))).toEqual([]);
    }
    await looksRight(page, 'workbench-note-writing-en', { widths: [375] });
    await page.getByRole('button', { name: 'Light' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: '中文' }).focus();
    await page.keyboard.press('Enter');
    noFaults();
  });
});
