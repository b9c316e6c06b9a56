import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { device, environment, obstacle } from './browser';
import { looksRight } from './looks';

const password = process.env['HELAN_DEMO_PASSWORD'];
const reason = obstacle() ?? (password ? undefined : 'set HELAN_DEMO_PASSWORD to the content of DIR/demo-password.');
if (reason) console.error(`\n*** SKIPPED: the journey of a visit on line did not run: ${reason}\n`);

/** 丁志明 of the demo region. */
const FEE = 'https://helan.health/fhir/StructureDefinition/online-visit-fee';
const RESIDENT = process.env['HELAN_JOURNEY_RESIDENT'] ?? '649107197604250019';

type Person = { context: BrowserContext; page: Page };

/** A resident on a phone and a doctor at the workbench, from the application to the signed note, with a call between them. */
describe.skipIf(reason)('A visit on line', () => {
  const url = environment.url ?? '';
  let browser: Browser;
  let resident: Person;
  let doctor: Person;
  let doctorName = '';
  let visit = '';
  const faults: string[] = [];

  beforeAll(async () => {
    // Both see the camera that Chromium makes up.
    browser = await chromium.launch({
      executablePath: environment.chromium ?? '',
      args: ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
    });
    resident = await someone(375, 812);
    doctor = await someone(1440, 900);
  });

  afterAll(async () => {
    await browser?.close();
  });

  async function someone(width: number, height: number): Promise<Person> {
    const context = await device(browser, width, height);
    await context.grantPermissions(['camera', 'microphone'], { origin: url });
    const page = await context.newPage();
    page.on('pageerror', (error) => faults.push(String(error)));
    page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
    return { context, page };
  }

  async function signIn({ page }: Person, entry: string, button: string, login: string, post?: RegExp) {
    await page.goto(url + entry);
    await page.getByRole('button', { name: button }).click();
    await page.locator('#login:focus').waitFor();
    await page.keyboard.type(login);
    await page.keyboard.press('Tab');
    await page.keyboard.type(password ?? '');
    await page.keyboard.press('Enter');
    if (post) await page.getByRole('button', { name: post }).first().click();
    await page.waitForFunction(() => sessionStorage.getItem('helan.token'));
  }

  async function ask(path: string, token: string, body?: unknown, method = body === undefined ? 'GET' : 'POST'): Promise<any> {
    const response = await fetch(url + path, {
      method,
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/fhir+json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer: any = await response.json();
    expect(response.ok, JSON.stringify(answer)).toBe(true);
    return answer;
  }

  const tokenOf = async ({ page }: Person) => (await page.evaluate(() => sessionStorage.getItem('helan.token'))) ?? '';
  const root = (path: string, body?: unknown, method?: string) => ask(path, environment.token ?? '', body, method);

  test('both sign in; the doctor may serve on line, and the resident was diagnosed before', async () => {
    await signIn(doctor, '/workbench/', '用账户登录', 'doctor1', /银川市第一人民医院/);
    await doctor.page.getByRole('heading', { level: 1 }).first().waitFor();
    const me = await ask('/access/me', await tokenOf(doctor));
    doctorName = me.name;
    const posts = await root(`/fhir/PractitionerRole?practitioner=${me.fhirUser}&_count=20`);
    for (const { resource } of posts.entry) {
      for (const extension of resource.extension ?? []) {
        const parts: any[] = extension.extension ?? [];
        if (!extension.url.endsWith('/practice-site') || parts.some(({ url: name, valueBoolean }) => name === 'online' && valueBoolean)) continue;
        extension.extension = [...parts.filter(({ url: name }) => name !== 'online'), { url: 'online', valueBoolean: true }];
        resource.extension = [...resource.extension.filter((one: any) => one.url !== FEE), { url: FEE, valueMoney: { value: 18, currency: 'CNY' } }];
        await root(`/fhir/PractitionerRole/${resource.id}`, resource, 'PUT');
      }
    }
    await signIn(resident, '/resident/', '登录', RESIDENT);
    await resident.page.getByRole('heading', { level: 1 }).first().waitFor();
    const who = await ask('/access/me', await tokenOf(resident));
    await root('/fhir/Condition', {
      resourceType: 'Condition',
      subject: { reference: who.fhirUser },
      recordedDate: '2026-03-01',
      clinicalStatus: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-clinical', code: 'active' }] },
      code: { text: '原发性高血压', coding: [{ system: 'http://hl7.org/fhir/sid/icd-10', code: 'I10', display: '原发性高血压' }] },
    });
  });

  test('the resident applies, reads what is agreed to, and signs it', async () => {
    const { page } = resident;
    await page.getByRole('link', { name: '互联网复诊' }).click();
    await page.getByRole('link', { name: '申请复诊' }).click();
    await page.getByRole('searchbox').fill(doctorName);
    await page.getByRole('button', { name: '查找' }).click();
    await page.getByRole('radio').first().check();
    await looksRight(page, 'visit-doctor');
    await page.getByRole('button', { name: '下一步' }).click();
    await page.getByRole('radio', { name: /原发性高血压/ }).first().check();
    await looksRight(page, 'visit-proof');
    await page.getByRole('button', { name: '下一步' }).click();
    await page.getByRole('textbox').fill('血压药快吃完了，最近三天有点头晕');
    await looksRight(page, 'visit-complaint');
    await page.getByRole('button', { name: '提交申请' }).click();
    await page.getByText('互联网复诊知情同意书').waitFor();
    visit = page.url().split('/').pop() ?? '';
    await looksRight(page, 'visit-consent');
    await page.getByRole('button', { name: '我已阅读，同意并签署' }).click();
    await page.getByText('请支付复诊费 ¥18.00').waitFor();
    await looksRight(page, 'visit-to-pay');
  });

  test('the doctor waits for the fee; the resident pays it, and the visit goes to the doctor', async () => {
    const desk = doctor.page;
    await desk.goto(`${url}/workbench/#/online/${visit}`);
    await desk.getByText('复诊费 ¥18.00 待支付').waitFor();
    expect(await desk.getByRole('button', { name: '接诊' }).count()).toBe(0);
    await looksRight(desk, 'visit-unpaid');
    const { page } = resident;
    await page.getByRole('link', { name: '去支付 ¥18.00' }).click();
    await page.getByRole('radio').first().check();
    await looksRight(page, 'visit-pay');
    await page.getByRole('button', { name: '支付 ¥18.00' }).click();
    await page.getByRole('button', { name: '模拟付款' }).click();
    await page.getByText('申请已送到医生，请等待接诊。').waitFor();
    await looksRight(page, 'visit-paid');
    await page.getByRole('link', { name: '查看这次复诊' }).click();
    await page.getByText('已支付').waitFor();
    await looksRight(page, 'visit-waiting');
  });

  test('the doctor takes it and begins; they talk, and each sees how far the other is', async () => {
    const desk = doctor.page;
    await desk.goto(`${url}/workbench/#/lists/online`);
    await desk.getByRole('link', { name: /原发性高血压/ }).first().waitFor();
    await looksRight(desk, 'visit-desk');
    await desk.goto(`${url}/workbench/#/online/${visit}`);
    // Half an hour later, as the platform would say then: the doctor proves to be it, and the visit is taken.
    const expired = { resourceType: 'OperationOutcome', issue: [{ severity: 'error', code: 'expired', details: { text: '请重新验证本人身份后再试。' } }] };
    await desk.route(/\$accept$/, (route) => route.fulfill({ status: 403, contentType: 'application/fhir+json', body: JSON.stringify(expired) }), { times: 1 });
    await desk.getByRole('button', { name: '接诊' }).click();
    await desk.getByLabel('登录密码').fill('not the password');
    await desk.keyboard.press('Enter');
    await desk.getByText('验证没有通过，请再试一次。').waitFor();
    await looksRight(desk, 'visit-prove');
    await desk.getByLabel('登录密码').fill(password ?? '');
    await desk.keyboard.press('Enter');
    await resident.page.getByText('医生正在查看您的记录').waitFor();
    await desk.getByRole('button', { name: '开始就诊' }).click();
    const phone = resident.page;
    await phone.getByRole('textbox', { name: '输入消息' }).fill('医生您好，早上量的 150/95');
    await phone.getByRole('button', { name: '发送', exact: true }).click();
    await desk.getByText('医生您好，早上量的 150/95').waitFor();
    await phone.getByText('已读').waitFor();
    await desk.getByRole('textbox', { name: '输入消息' }).fill('头痛吗？');
    await desk.keyboard.press('Enter');
    await phone.getByText('头痛吗？').waitFor();
    const picture = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNg+M9QDwADgQF/e5IkGQAAAABJRU5ErkJggg==', 'base64');
    await phone.locator('input[type=file]').setInputFiles({ name: 'monitor.png', mimeType: 'image/png', buffer: picture });
    await desk.getByRole('img', { name: '图片' }).waitFor();
  });

  test('what is said while a phone has no line arrives afterwards, once', async () => {
    const phone = resident.page;
    await resident.context.setOffline(true);
    for (const words of ['第一句', '第二句', '第三句']) {
      await doctor.page.getByRole('textbox', { name: '输入消息' }).fill(words);
      await doctor.page.keyboard.press('Enter');
    }
    await doctor.page.getByText('第三句').waitFor();
    await resident.context.setOffline(false);
    await phone.getByText('第三句').waitFor();
    for (const words of ['第一句', '第二句', '第三句']) expect(await phone.getByText(words, { exact: true }).count()).toBe(1);
    await looksRight(phone, 'visit-conversation');
  });

  test('they see each other, and the doctor’s browser records both', async () => {
    const desk = doctor.page;
    const phone = resident.page;
    await desk.getByRole('button', { name: '视频通话' }).click();
    await phone.getByRole('button', { name: '接听' }).click();
    for (const page of [desk, phone]) {
      await page.getByText('通话中').waitFor();
      // Frames come in, of the other's picture.
      await expect
        .poll(() => page.locator('video').first().evaluate((video: HTMLVideoElement) => video.videoWidth > 0 && video.currentTime > 0.5), { timeout: 30_000 })
        .toBe(true);
    }
    await looksRight(desk, 'visit-call');
    await looksRight(phone, 'visit-call-phone');
    await expect
      .poll(
        async () => {
          const answer = await ask(`/fhir/Encounter/${visit}/$recordings`, await tokenOf(doctor));
          return (answer.parameter ?? []).filter(({ part }: any) => part.some(({ name, valueInteger }: any) => name === 'next' && valueInteger > 1) && part.some(({ name, valueDecimal }: any) => name === 'size' && valueDecimal > 1_000) && !part.some(({ name }: any) => name === 'gap')).length;
        },
        { timeout: 60_000, interval: 1_000 },
      )
      .toBe(2);
    await phone.getByRole('button', { name: '挂断' }).click();
    await desk.getByRole('button', { name: '视频通话' }).waitFor();
  });

  test('the note is written, signed, and the visit closed; the resident reads it', async () => {
    const desk = doctor.page;
    const note = desk.getByRole('form', { name: '病历' });
    await note.getByLabel('主诉').fill('头晕三天');
    await note.getByLabel('现病史').fill('高血压五年，近三天头晕，家测 150/95 mmHg。');
    await note.getByRole('combobox').fill('gxy');
    await desk.locator('.ant-select-item-option', { hasText: 'I10' }).first().click();
    await note.getByLabel('处理意见').fill('继续原方案，一周后复诊。');
    await looksRight(desk, 'visit-note');
    await note.getByRole('button', { name: '签名并结束就诊' }).click();
    await desk.getByRole('heading', { level: 1, name: '互联网复诊' }).waitFor();
    await resident.page.getByText('已结束').waitFor();
    await resident.page.getByText('继续原方案，一周后复诊。').waitFor();
    await looksRight(resident.page, 'visit-result');
  });

  test('the doctor adds to the signed note, and the resident reads that too', async () => {
    const desk = doctor.page;
    await desk.getByText('已结束', { exact: true }).click();
    await desk.locator(`a[href$="/online/${visit}"]`).click();
    await desk.getByText('继续原方案，一周后复诊。').waitFor();
    await desk.getByRole('textbox', { name: '写补记' }).fill('患者来电：青霉素过敏，已记入。');
    await looksRight(desk, 'visit-append');
    await desk.getByRole('button', { name: '签名并补记' }).click();
    await desk.getByText('患者来电：青霉素过敏，已记入。', { exact: true }).and(desk.locator('p')).waitFor();
    expect(await desk.getByText('医生尚未签名').count()).toBe(0);
    await resident.page.reload();
    await resident.page.getByText('患者来电：青霉素过敏，已记入。').waitFor();
    await looksRight(resident.page, 'visit-appended');
    expect(faults.filter((fault) => !/status of (401|403|404|409|422)|ERR_INTERNET_DISCONNECTED|WebSocket|Failed to fetch/.test(fault))).toEqual([]);
  });
});
