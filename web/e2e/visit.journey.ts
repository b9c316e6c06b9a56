import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { environment, obstacle } from './browser';
import { looksRight } from './looks';
import { acceptOnLine, applyOnLine, approvedOnLine, ask, closeOnLine, consentOnLine, faultsOf, launchWithCamera, payOnLine, root, signIn, someone, talkOnLine, tokenOf, writeNote, type Person } from './people';

const password = process.env['HELAN_DEMO_PASSWORD'];
const reason = obstacle() ?? (password ? undefined : 'set HELAN_DEMO_PASSWORD to the content of DIR/demo-password.');
if (reason) console.error(`\n*** SKIPPED: the journey of a visit on line did not run: ${reason}\n`);

/** 丁志明 of the demo region. */
const RESIDENT = process.env['HELAN_JOURNEY_RESIDENT'] ?? '649107197604250019';

/** A resident on a phone and a doctor at the workbench, from the application to the signed note, with a call between them. */
describe.skipIf(reason)('A visit on line', () => {
  const url = environment.url ?? '';
  let browser: Browser;
  let resident: Person;
  let doctor: Person;
  let doctorName = '';
  let visit = '';

  beforeAll(async () => {
    browser = await launchWithCamera();
    resident = await someone(browser, 375, 812);
    doctor = await someone(browser, 1440, 900);
  });

  afterAll(async () => {
    await browser?.close();
  });

  test('both sign in; the doctor may serve on line, and the resident was diagnosed before', async () => {
    await signIn(doctor, '/workbench/', '用账户登录', 'doctor1', /银川市第一人民医院/);
    await doctor.page.getByRole('heading', { level: 1 }).first().waitFor();
    const me = await ask('/access/me', await tokenOf(doctor));
    doctorName = me.name;
    await approvedOnLine(me.fhirUser, 18);
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
    visit = await applyOnLine(resident, doctorName, /原发性高血压/, '血压药快吃完了，最近三天有点头晕', (step) => looksRight(page, `visit-${step}`));
    await looksRight(page, 'visit-consent');
    await consentOnLine(resident);
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
    await payOnLine(resident, async (step) => {
      if (step === 'pay') await page.getByRole('button', { name: '支付 ¥18.00' }).waitFor();
      await looksRight(page, `visit-${step}`);
    });
    await page.getByText('已支付').waitFor();
    await looksRight(page, 'visit-waiting');
  });

  test('the doctor takes it and begins; they talk, and each sees how far the other is', async () => {
    const desk = doctor.page;
    await desk.goto(`${url}/workbench/#/lists/online`);
    await desk.getByRole('link', { name: /原发性高血压/ }).first().waitFor();
    await looksRight(desk, 'visit-desk');
    // Half an hour later, as the platform would say then: the doctor proves to be it, and the visit is taken.
    const expired = { resourceType: 'OperationOutcome', issue: [{ severity: 'error', code: 'expired', details: { text: '请重新验证本人身份后再试。' } }] };
    await desk.route(/\$accept$/, (route) => route.fulfill({ status: 403, contentType: 'application/fhir+json', body: JSON.stringify(expired) }), { times: 1 });
    await acceptOnLine(doctor, visit, async () => {
      await desk.getByLabel('登录密码').fill('not the password');
      await desk.keyboard.press('Enter');
      await desk.getByText('验证没有通过，请再试一次。').waitFor();
      await looksRight(desk, 'visit-prove');
      await desk.getByLabel('登录密码').fill(password ?? '');
      await desk.keyboard.press('Enter');
      await resident.page.getByText('医生正在查看您的记录').waitFor();
    });
    const phone = resident.page;
    // News comes while they talk: it takes its place above nothing that is pressed.
    await phone.getByRole('textbox', { name: '输入消息' }).waitFor();
    const who = await ask('/access/me', await tokenOf(resident));
    await root('/fhir/DiagnosticReport', { resourceType: 'DiagnosticReport', status: 'final', code: { text: '尿常规' }, subject: { reference: who.fhirUser }, issued: new Date().toISOString(), conclusion: '未见异常。' });
    await phone.getByText('您有新消息').waitFor();
    await looksRight(phone, 'visit-news');
    await talkOnLine(resident, doctor, '医生您好，早上量的 150/95', '头痛吗？', () => phone.getByText('已读').waitFor());
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
    await writeNote(doctor, { complaint: '头晕三天', illness: '高血压五年，近三天头晕，家测 150/95 mmHg。', plan: '继续原方案，一周后复诊。' });
    await looksRight(doctor.page, 'visit-note');
    await closeOnLine(doctor, resident, '继续原方案，一周后复诊。');
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
    expect([resident, doctor].flatMap(faultsOf).filter((fault) => !fault.includes('ERR_INTERNET_DISCONNECTED'))).toEqual([]);
  });
});
