import type { Parameters } from 'fhir/r4';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasRightCheckDigit } from '../src/shared/format/identity';
import { device, environment, launch, obstacle } from './browser';
import { looksRight } from './looks';

const reason = obstacle();
if (reason) console.error(`\n*** SKIPPED: the console's browser journey did not run: ${reason}\n`);

/** Layout shift that a reader would notice; ui.md allows 0.05. */
const CLS = 0.05;

describe.skipIf(reason)('An operator', () => {
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  const faults: string[] = [];

  beforeAll(async () => {
    browser = await launch();
    context = await device(browser, 1440, 900);
    page = await context.newPage();
    page.on('pageerror', (error) => faults.push(String(error)));
    page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
    await page.addInitScript(() => {
      const shifts = globalThis as unknown as { layoutShift: number };
      shifts.layoutShift = 0;
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries() as (PerformanceEntry & { value: number; hadRecentInput: boolean })[]) {
          if (!entry.hadRecentInput) shifts.layoutShift += entry.value;
        }
      }).observe({ type: 'layout-shift', buffered: true });
    });
  });

  afterAll(async () => {
    await browser?.close();
  });

  const shift = () => page.evaluate(() => (globalThis as unknown as { layoutShift: number }).layoutShift);

  /** Nothing on the page is still loading. */
  const filled = () => expect.poll(() => page.locator('main .ant-skeleton').count(), { interval: 20 }).toBe(0);

  test('is asked for the token, told where it is, and told when it is wrong', async () => {
    await page.goto(`${environment.url}/#/residents`);
    await page.getByText('operator-token').first().waitFor();
    await looksRight(page, 'sign-in', { fullPage: false });
    await page.getByLabel('运维口令').fill('not-the-token');
    await page.getByRole('button', { name: '用口令登录' }).click();
    await page.getByText('口令不对').waitFor();
    expect(faults.filter((fault) => !fault.includes('401'))).toEqual([]);
    faults.length = 0;
  });

  test('signs in and is at the page that was asked for', async () => {
    await page.getByLabel('运维口令').fill(environment.token ?? '');
    await page.getByRole('button', { name: '用口令登录' }).click();
    await page.getByRole('heading', { name: '查找居民' }).waitFor();
    expect(page.url()).toContain('#/residents');
    expect(await page.evaluate(() => localStorage.length + document.cookie.length)).toBeLessThanOrEqual(1);
  });

  test('sees what the platform holds', async () => {
    await page.goto(`${environment.url}/`);
    await page.reload(); // Counts layout shift from an empty page.
    const patients = page.locator('table.data tr', { hasText: 'Patient' }).first();
    await patients.waitFor();
    await page.locator('[role=img] svg').waitFor();
    const count = await patients.locator('td.number').first().innerText();
    expect(Number(count.replaceAll(',', ''))).toBeGreaterThan(0);
    expect(await page.locator('dl dd').nth(1).innerText()).toBe(count);
    expect(await shift()).toBeLessThan(CLS);
    await looksRight(page, 'overview', { fullPage: false });
  });

  test('sees what goes on in the region on a map, and the same in a table', async () => {
    await page.getByRole('link', { name: '区域', exact: true }).click();
    await page.getByRole('img', { name: /家机构的位置/ }).locator('svg').waitFor();
    const name = page.getByRole('table').getByRole('button').first();
    await name.focus();
    await page.keyboard.press('Enter');
    expect(await name.getAttribute('aria-pressed')).toBe('true');
    await looksRight(page, 'region');
    await page.getByText('按约满程度').click();
    await page.getByText('95% 以上').waitFor();
    expect(page.url()).toContain('by=fill');
    await looksRight(page, 'region-fill', { widths: [375, 1440] });
    expect(faults).toEqual([]);
  });

  test('goes from the places of the region down to the hours of a doctor’s day', async () => {
    await page.getByRole('link', { name: '号源候诊' }).click();
    const fill = page.getByRole('table').first();
    const name = fill.getByRole('button').first();
    await name.waitFor();
    await page.getByRole('heading', { name: '当前候诊' }).waitFor();
    await filled();
    await looksRight(page, 'slots');
    for (const names of ['科室', '医生或资源']) {
      await fill.getByRole('button').first().click();
      await fill.getByRole('columnheader', { name: names }).waitFor();
      await filled();
    }
    await fill.getByRole('button').first().click();
    await page.getByRole('heading', { name: /各时段/ }).waitFor();
    await page.getByText(/^\d\d:\d\d–\d\d:\d\d$/).first().waitFor();
    await filled();
    await looksRight(page, 'slots-day');
    await page.getByRole('button', { name: '全区' }).click();
    await fill.getByRole('columnheader', { name: '机构' }).waitFor();
    expect(faults).toEqual([]);
  });

  test('sees how good the records are, down to one of them', async () => {
    await page.getByRole('link', { name: '质量', exact: true }).click();
    const institution = page.getByRole('region', { name: '各机构' }).getByRole('button').first();
    await institution.waitFor();
    await page.locator('[role=img] svg').first().waitFor();
    await filled();
    await looksRight(page, 'quality');
    await institution.click();
    const finding = page.getByRole('button', { name: '详情' }).first();
    await finding.waitFor();
    await finding.click();
    await page.getByRole('button', { name: '查看记录' }).first().click();
    await page.getByLabel('记录原文').waitFor();
    await looksRight(page, 'quality-finding');
    await page.getByRole('link', { name: '规则', exact: true }).click();
    await page.getByRole('button', { name: '试运行' }).first().waitFor();
    await filled();
    await looksRight(page, 'quality-rules');
    await page.goto(`${environment.url}/#/quality/report`);
    await page.getByRole('button', { name: '打印' }).waitFor();
    await filled();
    await looksRight(page, 'quality-report');
  });

  let resident = '';

  test('takes an institution’s application and is told what is wrong with it', async () => {
    await page.getByRole('link', { name: '机构接入' }).click();
    await page.getByRole('button', { name: '申请接入' }).click();
    await page.getByLabel('理由').fill('县医院接入区域平台');
    await page.getByRole('button', { name: '提交申请' }).click();
    await page.getByText('systems').first().waitFor();
    await looksRight(page, 'onboarding-form');
    const organization = page.getByRole('group', { name: '机构' });
    await organization.getByLabel('名称').fill('贺兰县人民医院');
    await organization.getByLabel('统一社会信用代码').fill('12640122MB0000001T');
    await organization.getByLabel('联系人').fill('王工');
    await organization.getByLabel('电话').fill('0951-1234567');
    const system = page.getByRole('group', { name: '系统 1' });
    await system.getByLabel('名称').fill('医院信息系统');
    await system.getByLabel('厂商').fill('某软件公司');
    await system.getByLabel('公钥网址（jwksUri，https）').fill('https://his.example/jwks.json');
    const feed = page.getByRole('group', { name: '消息流 1' });
    await feed.getByLabel('方式').click();
    await page.locator('.ant-select-item-option', { hasText: 'FHIR 接口' }).click();
    await feed.getByLabel('资源类型').fill('Observation');
    await page.getByRole('button', { name: '提交申请' }).click();
    await page.getByRole('list', { name: '检查清单' }).waitFor();
    await page.getByRole('button', { name: '开放沙箱' }).click();
    await page.getByLabel('理由').fill('资料齐全，开放沙箱');
    await page.getByRole('button', { name: '执行：开放沙箱' }).click();
    await page.getByText('测试中').nth(1).waitFor();
    await looksRight(page, 'onboarding');
    expect(faults.filter((fault) => !fault.includes('400'))).toEqual([]);
    faults.length = 0;
  });

  test('finds a resident’s health card at the counter, and the terminals that read codes', async () => {
    await page.getByRole('link', { name: '健康卡' }).click();
    const terminals = page.getByRole('region', { name: '终端' }).first();
    await terminals.getByText('demo-kiosk').waitFor();
    await page.getByLabel('身份证号').fill('649107197604250018');
    await page.getByRole('button', { name: '查找' }).click();
    await page.getByText('末位校验要对').waitFor();
    await page.getByLabel('身份证号').fill('649107197604250019');
    await page.getByRole('button', { name: '查找' }).click();
    await page.getByText('丁*明').waitFor();
    await page.getByText(/^\d{6}H\d{10}[0-9X]$/).first().waitFor();
    await page.getByRole('button', { name: '换卡' }).click();
    await page.getByText('原来的卡将作废').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: '印制卡片' }).click();
    await page.getByRole('img', { name: '丁*明的印制码' }).waitFor();
    await filled();
    await looksRight(page, 'cards', { widths: [375, 1440] });
    await page.getByRole('button', { name: '停用 门诊大厅自助机（演示）' }).click();
    await page.getByRole('button', { name: '启用 门诊大厅自助机（演示）' }).click();
    await page.getByRole('button', { name: '停用 门诊大厅自助机（演示）' }).waitFor();
    expect(faults).toEqual([]);
  });

  test('sees who may do what where, and suspends a licence with a reason', async () => {
    await page.getByRole('link', { name: '机构人员' }).click();
    await page.getByRole('heading', { name: '机构人员注册' }).waitFor();
    await page.getByRole('list', { name: '下级机构和科室' }).getByRole('button').first().waitFor();
    await filled();
    await looksRight(page, 'registry');
    await page.getByRole('button', { name: /30 天内应校验/ }).click();
    await page.getByRole('button', { name: '办理' }).first().click();
    await page.getByRole('button', { name: '校验', exact: true }).click();
    await page.getByRole('button', { name: '执行：校验' }).click();
    await page.getByText('请写明理由').waitFor();
    await page.getByLabel('理由').fill('年度校验材料齐全');
    await filled();
    await looksRight(page, 'registry-licence');
    await page.goto(`${environment.url}/#/registry?view=places&only=pending`);
    await page.getByRole('button', { name: '办理' }).first().waitFor();
    await filled();
    await looksRight(page, 'registry-places');
    await page.goto(`${environment.url}/#/registry?view=alliances`);
    await page.getByRole('list', { name: '成员' }).first().waitFor();
    await looksRight(page, 'registry-alliances');
  });

  test('files a licence and a place of practice, with what is missing said at the field', async () => {
    for (const [view, form] of [['licences', '备案许可'], ['places', '备案执业地点']] as const) {
      await page.goto(`${environment.url}/#/registry?view=${view}`);
      await page.getByRole('button', { name: form }).click();
      await page.getByRole('form', { name: form }).getByRole('button', { name: '提交备案' }).click();
      await page.getByText('请填写这一项。').first().waitFor();
      await filled();
      await looksRight(page, `registry-file-${view}`, { widths: [375, 1440] });
    }
    await page.goto(`${environment.url}/#/registry?view=alliances`);
    await page.getByRole('button', { name: '提出加入医联体' }).click();
    await page.getByRole('combobox', { name: '牵头机构' }).fill('银川');
    await page.locator('.ant-select-item-option-content').first().click();
    await page.getByRole('button', { name: '提出', exact: true }).click();
    await page.getByText('请填写这一项。').first().waitFor();
    await looksRight(page, 'registry-propose', { widths: [375, 1440] });
  });

  test('finds a resident by name', async () => {
    await page.getByRole('link', { name: '居民', exact: true }).first().click();
    const rows = page.locator('tbody tr');
    await rows.first().waitFor();
    await looksRight(page, 'residents', { fullPage: false });
    // One with a record of years: those who come first may be second records with nothing in them.
    resident = environment.resident ?? '张德福';
    await page.getByLabel('姓名').fill(resident);
    await page.getByRole('button', { name: '查找' }).click();
    await page.getByRole('heading', { name: '查找结果' }).waitFor();
    await rows.first().waitFor();
    expect(await rows.locator('th a').allInnerTexts()).toContain(resident);
    expect(page.url()).not.toContain(encodeURIComponent(resident));
  });

  test('sees the identity number only after asking for it', async () => {
    const cell = page.locator('tbody tr').first().locator('td').nth(2);
    const masked = await cell.locator('span span').first().innerText();
    expect(masked).toContain('*');
    await cell.getByRole('button').click();
    const whole = await cell.locator('span span').first().innerText();
    expect(whole).not.toContain('*');
    expect(whole).toHaveLength(masked.length);
  });

  test('is told how to write a date, and keeps what was typed', async () => {
    await page.getByLabel('出生日期').fill('前年');
    await page.getByRole('button', { name: '查找' }).click();
    await page.getByText('请写成 1958-03-02').waitFor();
    expect(await page.getByLabel('姓名').inputValue()).toBe(resident);
    await page.getByLabel('出生日期').fill('');
  });

  test('opens the record and knows whose it is', async () => {
    const started = Date.now();
    await page.locator('tbody tr').first().locator('th a').click();
    await page.getByRole('heading', { level: 1, name: resident }).waitFor();
    await page.getByRole('heading', { name: '现有问题' }).waitFor();
    await filled();
    console.log(`record of ${await page.locator('main section').count()} cards open after ${Date.now() - started} ms`);
    await looksRight(page, 'record-summary', { fullPage: false });
  });

  test('reads the timeline and filters it', async () => {
    await page.getByRole('tab', { name: '时间轴' }).click();
    const days = page.locator('ol > li');
    await days.first().waitFor();
    await looksRight(page, 'record-timeline', { fullPage: false });
    await page.getByRole('button', { name: '就诊', exact: true }).click();
    await expect.poll(() => page.url()).toContain('kinds=encounter');
    // The days of before give way to a skeleton, then to the filtered ones.
    const kinds = () => page.locator('[data-kind]').evaluateAll((marks) => [...new Set(marks.map((mark) => (mark as HTMLElement).dataset['kind']))]);
    await expect.poll(kinds).toEqual(['encounter']);
    const names = await page.locator('ol > li h3').allInnerTexts();
    expect(names).toEqual([...names].sort().reverse());
  });

  test('reads results as a flow sheet, and documents', async () => {
    await page.getByRole('tab', { name: '检验与体征' }).click();
    await page.locator('table.data tbody tr').first().waitFor();
    const rows = await page.locator('table.data tbody tr').count();
    await page.locator('main').getByText('体征', { exact: true }).click();
    await expect.poll(() => page.url()).toContain('show=vital-signs');
    expect(await page.locator('table.data tbody tr').count()).toBeLessThanOrEqual(rows);
    await looksRight(page, 'record-results', { fullPage: false });
    await page.getByRole('tab', { name: '文书' }).click();
    await filled();
    await looksRight(page, 'record-documents', { fullPage: false });
  });

  test('sees feeds and what waits, and rehearses a message before a feed goes live', async () => {
    await page.goto(`${environment.url}/#/exchange`);
    await page.getByRole('heading', { name: '消息流', exact: true }).waitFor();
    await filled();
    await looksRight(page, 'exchange');
    await page.getByRole('link', { name: '试运行一条消息' }).click();
    await page.goto(`${environment.url}/#/exchange/rehearse?feed=demo-his`);
    await page.getByLabel('消息、文档或表格的内容').fill('MSH|^~\\&|HIS|H|||20261101||ADT^A04|1|P|2.5\nPID|1||REHEARSED^^^H^MR||试^运行||yesterday|F\nPV1|1|O');
    await page.getByRole('button', { name: '试运行', exact: true }).click();
    await page.getByText('可以接收').waitFor();
    await page.getByText('PID-7').waitFor();
    await page.getByText('查看内容').first().click();
    await looksRight(page, 'rehearsal');
  });

  test('compares two records that may be one person, decides and takes it back', async () => {
    // A pair of its own: another name and another birthday on one number. The platform asks people.
    const digits = `64012219660606${String(100 + (Date.now() % 900))}`;
    const number = [...'0123456789X'].map((check) => digits + check).find(hasRightCheckDigit);
    const send = async (name: string, birthDate: string) => {
      const patient = { resourceType: 'Patient', identifier: [{ system: 'urn:oid:2.16.156.10011.1.3', value: number }], name: [{ text: name }], gender: 'female', birthDate, address: [{ text: '宁夏回族自治区银川市贺兰县习岗街道' }] };
      const answer = await fetch(`${environment.url}/fhir/Patient`, { method: 'POST', headers: { Authorization: `Bearer ${environment.token}`, 'Content-Type': 'application/fhir+json' }, body: JSON.stringify(patient) });
      expect(answer.status).toBe(201);
      return ((await answer.json()) as { id: string }).id;
    };
    const pair = [await send('赫连静姝', '1966-06-06'), await send('杨小妹', '2015-05-05')];
    const review = async () => {
      const answer = await fetch(`${environment.url}/fhir/$link-reviews?count=200`, { headers: { Authorization: `Bearer ${environment.token}` } });
      const { parameter } = (await answer.json()) as Parameters;
      const found = parameter?.find(({ part }) => pair.every((id) => part?.some(({ resource }) => resource?.id === id)));
      return found?.part?.find(({ name }) => name === 'review')?.valueString ?? '';
    };
    await expect.poll(review, { interval: 500 }).not.toBe('');
    const id = await review();
    await page.goto(`${environment.url}/#/identities`);
    await page.getByRole('heading', { name: '待复核的等了多久' }).waitFor();
    await filled();
    await looksRight(page, 'identities');
    await page.goto(`${environment.url}/#/identities/review?review=${id}`);
    await page.getByRole('table', { name: '两份记录对照' }).waitFor();
    await filled();
    await looksRight(page, 'identities-review');
    await page.keyboard.press('1');
    await page.getByText(/份记录归为一人/).waitFor();
    await page.getByLabel('理由（核对了什么）').fill('已电话核对，生日登记有误');
    await looksRight(page, 'identities-decide');
    await page.getByRole('button', { name: '确定：是同一人' }).click();
    await page.getByRole('button', { name: /^撤\s*回$/ }).waitFor();
    await page.goto(`${environment.url}/#/identities/persons/${pair[0]}`);
    await page.getByText('人工复核确认').waitFor();
    await page.getByText('看依据').first().click();
    await filled();
    await looksRight(page, 'identities-person');
    await page.getByRole('button', { name: '撤回复核决定' }).click();
    await page.getByLabel('撤回的理由').fill('演示结束');
    await page.getByRole('button', { name: '确认撤回' }).click();
    await page.getByText('只有这一份记录').waitFor();
    await expect.poll(review, { interval: 500 }).not.toBe('');
  });

  test('maps a code that nobody knew, and is told why when its meaning cannot be read', async () => {
    const sent = await fetch(`${environment.url}/hl7v2/demo-his`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${environment.token}`, 'Content-Type': 'application/hl7-v2+er7' },
      body: 'MSH|^~\\&|HIS|H|||20261101||ADT^A04|journey-code|P|2.5\rPID|1||JOURNEY-CODE^^^H^MR||对^照||19800101|MALE9\rPV1|1|O',
    });
    expect(await sent.text()).toContain('MSA|AA|journey-code');
    await page.goto(`${environment.url}/#/exchange`);
    await page.getByRole('link', { name: '本地代码对照' }).click();
    // The address changes when the page's code has come; a reload before that would stay where it was.
    await page.waitForURL(/#\/exchange\/codes/);
    const line = page.locator('li', { hasText: 'MALE9' }).first();
    // Counted codes are put down every few seconds.
    await expect
      .poll(
        async () => {
          await Promise.all([page.waitForResponse((answer) => answer.url().includes('local-codes')), page.reload()]);
          await filled();
          return line.count();
        },
        { timeout: 30_000 },
      )
      .toBeGreaterThan(0);
    await looksRight(page, 'local-codes');
    await line.getByRole('button', { name: '对照', exact: true }).click();
    await line.getByText('直接填写代码').click();
    await line.getByLabel('代码体系（URL 或 OID）').fill('urn:oid:2.16.156.10011.2.3.3.4');
    await line.getByLabel('代码', { exact: true }).fill('1');
    await line.getByRole('button', { name: '采用', exact: true }).click();
    await line.getByText('只允许其自有代码').waitFor();
    await line.getByLabel('在哪个值集中找含义').fill('http://hl7.org/fhir/ValueSet/administrative-gender');
    await line.getByRole('button', { name: '找相近的' }).click();
    await looksRight(page, 'local-codes-open');
    await line.getByLabel('代码体系（URL 或 OID）').fill('http://hl7.org/fhir/administrative-gender');
    await line.getByLabel('代码', { exact: true }).fill('male');
    // While its sign of loading leaves, the button is called by that sign, too.
    await line.getByRole('button', { name: /采用$/ }).click();
    await expect.poll(() => line.count()).toBe(0);
  });

  test('says that no edge node is registered, and how to begin', async () => {
    await page.goto(`${environment.url}/#/edge`);
    await page.getByText('还没有登记前置机').waitFor();
    await looksRight(page, 'edge', { fullPage: false });
  });

  test('moves through the console with the keyboard alone', async () => {
    await page.goto(`${environment.url}/#/residents`);
    await page.reload();
    await page.locator('tbody tr').first().waitFor();
    await page.locator('body').press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('跳到正文');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    await page.keyboard.type(resident);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: '查找结果' }).waitFor();
    await page.locator('tbody tr th a').first().focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: resident }).waitFor();
  });

  test('can have it all in English', async () => {
    await page.getByRole('button', { name: 'English' }).click();
    await page.getByRole('tab', { name: 'Timeline' }).waitFor();
    expect(await page.evaluate(() => document.documentElement.lang)).toBe('en');
    await page.goto(`${environment.url}/#/`);
    await page.getByRole('heading', { name: 'Resources by type' }).waitFor();
    const chinese = await page.evaluate(() => document.querySelector('main')?.innerText.match(/\p{Script=Han}+/gu) ?? []);
    const sources = await page.locator('section[aria-labelledby=loads]').innerText();
    expect(chinese.filter((words) => !sources.includes(words))).toEqual([]);
    await page.getByRole('button', { name: '中文' }).click();
  });

  test('is back at the same route after the token is refused', async () => {
    await page.goto(`${environment.url}/#/residents`);
    await page.locator('tbody tr').first().waitFor();
    faults.splice(0, faults.length, ...faults.filter((fault) => !fault.includes('401')));
    await page.evaluate(() => sessionStorage.setItem('helan.token', 'worn-out'));
    await page.reload();
    await page.getByText('口令已失效').waitFor();
    await page.getByLabel('运维口令').fill(environment.token ?? '');
    await page.getByRole('button', { name: '用口令登录' }).click();
    await page.getByRole('heading', { name: '查找居民' }).waitFor();
    // The browser notes each refusal; those that the steps ask for are no faults.
    expect(faults.filter((fault) => !/status of (401|409|422)/.test(fault) && !fault.includes('401'))).toEqual([]);
  });
});
