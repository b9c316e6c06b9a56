import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { environment, obstacle } from './browser';
import { acceptOnLine, activate, applyOnLine, approvedOnLine, ask, bookTime, closeOnLine, consentOnLine, faultsOf, launchWithCamera, parameters, payOnLine, picture, root, signIn, someone, talkOnLine, tokenOf, writeNote, type Person } from './people';

const password = process.env['HELAN_DEMO_PASSWORD'];
const reason = obstacle() ?? (password ? undefined : 'set HELAN_DEMO_PASSWORD to the content of DIR/demo-password.');
if (reason) console.error(`\n*** SKIPPED: the journey of four people did not run: ${reason}\n`);

/** 马秀兰 of the demo region. */
const RESIDENT = process.env['HELAN_REGION_RESIDENT'] ?? '649100195803120002';
const HOSPITAL = '银川市第一人民医院';
/** The nurse at the desk: the demo region has her, and an account of hers is made here. */
const CLERK = 'journey.desk';
const PLAN = '氨氯地平照旧，两周后互联网复诊';
const SAID = '药快吃完了，早上量的 138/86';

/** One resident's way through the region, seen by each who has a part in it: docs/guide/journey.md tells it. */
describe.skipIf(reason)('A resident, a nurse at the desk, a doctor and a regulator', () => {
  const url = environment.url ?? '';
  let browser: Browser;
  let resident: Person;
  let clerk: Person;
  let doctor: Person;
  let regulator: Person;
  let name = '';
  let patient = '';
  let doctorName = '';
  let practitioner = '';
  let number = '';
  let visit = '';

  beforeAll(async () => {
    browser = await launchWithCamera();
    [resident, clerk, doctor, regulator] = [await someone(browser, 375, 812), await someone(browser, 1280, 800), await someone(browser, 1440, 900), await someone(browser, 1440, 900)];
  });

  afterAll(async () => {
    await browser?.close();
  });

  const filled = (page: Page) => expect.poll(() => page.locator('[data-loading], .ant-skeleton').count(), { interval: 50 }).toBe(0);
  const called = (page: Page) => page.getByRole('listitem').filter({ hasText: number });

  /** The nurse of the doctor's department gets an account, with the code that an operator hands over. */
  async function accountAtTheDesk(department: string) {
    const nurses = await root(`/fhir/PractitionerRole?organization=${department}&role=nurse&_count=1`);
    const { reference, display } = nurses.entry[0].resource.practitioner;
    const made = await fetch(`${url}/access/accounts`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${environment.token}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ kind: 'practitioner', login: CLERK, name: display, practitioner: reference.split('/')[1] }),
    });
    if (!made.ok) return; // By an earlier journey on the same data; whether it is hers shows at the sign-in.
    await activate(clerk, ((await made.json()) as { activationCode: string }).activationCode);
  }

  test('four people sign in, each on a device of their own', async () => {
    await signIn(doctor, '/workbench/', '用账户登录', 'doctor1', new RegExp(HOSPITAL));
    const me = await ask('/access/me', await tokenOf(doctor));
    [doctorName, practitioner] = [me.name, me.fhirUser];
    await approvedOnLine(practitioner);
    const posts = await root(`/fhir/PractitionerRole?practitioner=${practitioner}&_count=20`);
    const post = posts.entry.map(({ resource }: any) => resource).find((one: any) => one.organization.reference.includes(me.institution));
    await accountAtTheDesk(post.organization.reference.split('/')[1]);
    await signIn(clerk, '/workbench/', '用账户登录', CLERK);
    expect((await ask('/access/me', await tokenOf(clerk))).institution).toBe(me.institution);
    await signIn(resident, '/resident/', '登录', RESIDENT);
    const own = await ask('/access/me', await tokenOf(resident));
    [name, patient] = [own.name, own.fhirUser];
    await signIn(regulator, '/', '用账户登录', 'regulator');
    await regulator.page.getByRole('heading', { level: 1 }).first().waitFor();
    // What an earlier journey left open is given back.
    const open = await ask(`/fhir/Appointment?patient=${patient}&status=pending,booked,waitlist`, await tokenOf(resident));
    for (const { resource } of open.entry ?? []) await ask(`/fhir/Appointment/${resource.id}/$cancel`, await tokenOf(resident), parameters({}));
  });

  test('the resident books a time with the doctor', async () => {
    const { page } = resident;
    await bookTime(resident, HOSPITAL, doctorName, async () => {
      await filled(page);
      await picture(resident, 'journey-times');
    });
    await filled(page);
    await picture(resident, 'journey-booked');
  });

  test('the desk reads the code of the health card, and calls the number', async () => {
    const { page } = clerk;
    const code = await ask(`/fhir/${patient}/$health-code`, await tokenOf(resident), parameters({}));
    await page.goto(`${url}/workbench/#/lists/queue`);
    await page.getByText('健康码', { exact: true }).click();
    await page.getByRole('textbox', { name: /健康码/ }).fill(code.parameter.find((one: any) => one.name === 'code').valueString);
    await page.keyboard.press('Enter');
    await page.getByText('已签到').waitFor();
    number = (await page.getByText(/^A\d+$/).last().textContent()) ?? '';
    await page.getByLabel('诊室').fill('3 诊室');
    await called(page).getByRole('button', { name: '呼叫' }).click();
    await called(page).getByText('已呼叫').waitFor();
    await filled(page);
    await picture(clerk, 'journey-desk');
    await resident.page.goto(`${url}/resident/#/queue`);
    await resident.page.getByText(number, { exact: true }).waitFor();
    await resident.page.getByText(/3 诊室/).waitFor();
    await picture(resident, 'journey-called');
  });

  test('the doctor sees the resident, and signs the note with a diagnosis', async () => {
    const { page } = doctor;
    await page.goto(`${url}/workbench/#/lists/queue`);
    await called(page).getByRole('button', { name: '接诊' }).click();
    await called(page).getByText('就诊中').waitFor();
    await page.goto(`${url}/workbench/#/lists/patients`);
    await page.getByRole('list', { name: '在诊患者' }).getByRole('link').filter({ hasText: name }).first().click();
    await page.getByRole('heading', { name: '现有问题' }).waitFor();
    await filled(page);
    await picture(doctor, 'journey-record');
    await page.keyboard.press('n');
    await page.locator('#part-complaint').fill('头晕 3 天');
    await page.locator('#part-illness').fill('高血压 12 年，近 3 天晨起头晕，家测 152/94 mmHg。');
    await page.locator('#part-diagnosis').fill('I10');
    await page.getByRole('option').first().waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('list', { name: '诊断' }).getByText('原发性高血压').waitFor();
    await page.locator('#part-plan').fill(PLAN);
    await page.locator('#part-plan').press('Control+Enter');
    await page.getByText('已签名，核验有效').waitFor();
    await filled(page);
    await picture(doctor, 'journey-note');
    await page.goto(`${url}/workbench/#/lists/queue`);
    await called(page).getByRole('button', { name: '完成' }).click();
    await expect.poll(() => called(page).count()).toBe(0);
  });

  test('from home the resident applies for a visit on line with that diagnosis, signs the consent, and pays', async () => {
    await resident.page.goto(`${url}/resident/#/online-visits`);
    const today = new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Shanghai' }).format(new Date());
    visit = await applyOnLine(resident, doctorName, new RegExp(`原发性高血压.*${today}|${today}.*原发性高血压`), '血压药快吃完了，想续两周');
    await consentOnLine(resident);
    await payOnLine(resident, async (step) => {
      if (step === 'paid') await picture(resident, 'journey-paid');
    });
  });

  test('the doctor accepts; they write, and see each other', async () => {
    const [desk, phone] = [doctor.page, resident.page];
    await acceptOnLine(doctor, visit);
    await talkOnLine(resident, doctor, SAID, '控制得不错，我们视频看一下。');
    await desk.getByRole('button', { name: '视频通话' }).click();
    await phone.getByRole('button', { name: '接听' }).click();
    for (const page of [desk, phone]) {
      await page.getByText('通话中').waitFor();
      await expect.poll(() => page.locator('video').first().evaluate((video: HTMLVideoElement) => video.videoWidth > 0 && video.currentTime > 0.5), { timeout: 30_000 }).toBe(true);
    }
    await picture(doctor, 'journey-call-doctor');
    await picture(resident, 'journey-call-resident');
    await phone.getByRole('button', { name: '挂断' }).click();
    await desk.getByRole('button', { name: '视频通话' }).waitFor();
  });

  test('the note is signed and the visit closed; the resident reads it', async () => {
    await writeNote(doctor, { complaint: '高血压复诊', illness: '规律服药，晨起 138/86 mmHg，无头晕。', plan: PLAN });
    await closeOnLine(doctor, resident, PLAN);
    await filled(resident.page);
    await picture(resident, 'journey-result');
  });

  test('the regulator sees that it was done and by whom it may be done, and nothing of whom it was about', async () => {
    const { page } = regulator;
    const token = await tokenOf(regulator);
    const id = patient.slice('Patient/'.length);
    const personal = new RegExp([name, RESIDENT, id, visit, SAID].join('|'));
    // The visit stands in the pseudonymised data, a moment behind; the doctor and the hospital are named there.
    const day = new Date().toISOString().slice(0, 10);
    const seen = () => ask(`/fhir/pseudonymised/Encounter?class=VR&participant=${practitioner}&date=ge${day}&_count=50`, token);
    await expect.poll(async () => ((await seen()).entry ?? []).some(({ resource }: any) => resource.status === 'finished'), { interval: 500 }).toBe(true);
    expect(JSON.stringify(await seen())).not.toMatch(personal);
    const diagnosed = await ask(`/fhir/pseudonymised/Condition?code=I10&recorded-date=ge${day}&_include=Condition:patient`, token);
    expect(diagnosed.entry.length).toBeGreaterThan(0);
    expect(JSON.stringify(diagnosed)).not.toMatch(personal);
    // The records themselves are closed: not even whether there is such a visit.
    for (const path of [`/fhir/Encounter/${visit}`, `/fhir/${patient}`, `/fhir/Encounter/${visit}/$conversation`]) {
      const response = await fetch(url + path, { headers: { Authorization: `Bearer ${token}` } });
      expect([403, 404], path).toContain(response.status);
      expect((await response.json()).resourceType).toBe('OperationOutcome');
    }
    for (const [route, heading] of [['/', '概览'], ['/quality', '数据质量'], ['/cases', '监管调查'], ['/audit', '审计'], ['/registry?view=units', '机构人员注册']] as const) {
      await page.goto(`${url}/#${route}`);
      await page.getByRole('heading', { level: 1, name: heading }).waitFor();
      await filled(page);
      expect(await page.locator('body').innerText(), route).not.toMatch(personal);
      if (route === '/' || route === '/audit') await picture(regulator, route === '/' ? 'journey-overview' : 'journey-audit');
    }
    expect(await page.getByRole('link', { name: '居民', exact: true }).count()).toBe(0);
    for (const one of [resident, clerk, doctor, regulator]) expect(faultsOf(one)).toEqual([]);
  });
});
