import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { environment, launch, obstacle } from './browser';
import { looksRight } from './looks';
import { ask, faultsOf, root, signIn, someone, tokenOf, type Person } from './people';

const reason = obstacle() ?? (process.env['HELAN_DEMO_PASSWORD'] ? undefined : 'set HELAN_DEMO_PASSWORD to the content of DIR/demo-password.');
if (reason) console.error(`\n*** SKIPPED: the journey of a prescription did not run: ${reason}\n`);

/** 马秀兰 of the demo region. */
const RESIDENT = '649100195803120002';
const HOSPITAL = /医院/;
const NARROW_AND_WIDE = { widths: [375, 1440] };

/** From the doctor's hand to the pharmacist's signature, and a rule asked of the past. */
describe.skipIf(reason)('A prescription', () => {
  const url = environment.url ?? '';
  let browser: Browser;
  let doctor: Person;
  let pharmacist: Person;
  let patient = '';
  const tasks: string[] = [];

  beforeAll(async () => {
    browser = await launch();
    doctor = await someone(browser, 1440, 900);
    pharmacist = await someone(browser, 1440, 900);
  });

  afterAll(async () => {
    await browser?.close();
  });

  test('somebody who takes nothing yet comes to the doctor', async () => {
    await signIn(doctor, '/workbench/', '用账户登录', 'doctor1', HOSPITAL);
    await doctor.page.getByRole('heading', { level: 1 }).first().waitFor();
    const me = await ask('/access/me', await tokenOf(doctor));
    // Somebody new each time: the index of persons must find no likeness with an earlier one.
    const chance = () => String(Math.floor(Math.random() * 28) + 1).padStart(2, '0');
    const letters = Array.from({ length: 3 }, () => String.fromCodePoint(0x4e00 + Math.floor(Math.random() * 4_000))).join('');
    const made = await root('/fhir/Patient', { resourceType: 'Patient', active: true, name: [{ text: letters }], gender: 'male', birthDate: `${1940 + Number(chance())}-0${1 + (Number(chance()) % 9)}-${chance()}` });
    patient = made.id;
    await root('/fhir/Encounter', {
      resourceType: 'Encounter',
      status: 'in-progress',
      class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'AMB' },
      subject: { reference: `Patient/${patient}` },
      participant: [{ individual: { reference: me.fhirUser.replace(/^.*\/(Practitioner\/)/, '$1') } }],
      period: { start: new Date().toISOString() },
      serviceProvider: { reference: `Organization/${me.institution}` },
    });
    await root('/fhir/AllergyIntolerance', { resourceType: 'AllergyIntolerance', patient: { reference: `Patient/${patient}` }, code: { text: '青霉素' } });
  });

  async function write(letters: string, name: RegExp, dose: string, times: string, days: string, quantity: string) {
    const { page } = doctor;
    await page.goto(`${url}/workbench/#/persons/${patient}`);
    await page.getByRole('heading', { level: 1, name: '居民档案' }).waitFor();
    await page.keyboard.press('x');
    const diagnosis = page.locator('#part-diagnosis');
    await diagnosis.fill('gxy');
    await page.getByRole('option', { name: /I10/ }).first().waitFor();
    await diagnosis.press('Enter');
    await page.getByLabel('药品名称').fill(letters);
    await page.getByRole('option', { name }).first().waitFor();
    await page.getByLabel('药品名称').press('Enter');
    await page.getByLabel('每次剂量').fill(dose);
    await page.getByLabel('频次').selectOption(times);
    await page.getByLabel('天数').fill(days);
    await page.getByLabel('总量').fill(quantity);
  }

  async function submit() {
    const { page } = doctor;
    await page.keyboard.press('Control+Enter');
    await page.waitForURL(/#\/prescriptions\//);
    await page.getByText('待审核').first().waitFor();
    tasks.push(page.url().split('/').pop() ?? '');
  }

  test('the doctor sees what blocks while writing, mends it, signs and submits', async () => {
    const { page } = doctor;
    await write('aldp', /苯磺酸氨氯地平片/, '4', 'qd', '7', '28');
    await page.getByText(/项须修改/).waitFor();
    await page.getByText('演示知识，未经核实').first().waitFor();
    await looksRight(page, 'prescribe-finding', NARROW_AND_WIDE);
    await page.getByLabel('每次剂量').fill('1');
    await page.getByLabel('总量').fill('7');
    await page.getByText('规则没有发现问题').waitFor();
    await submit();
    await looksRight(page, 'prescribe-submitted', NARROW_AND_WIDE);
    await write('blf', /^布洛芬片/, '1', 'bid', '3', '6');
    await submit();
  });

  test('the pharmacist takes one, has the record beside it, passes it and goes on; returns the other', async () => {
    const { page } = pharmacist;
    const me = await ask('/access/me', await tokenOf(doctor));
    await signIn(pharmacist, '/workbench/', '用账户登录', 'pharmacist1', new RegExp(me.post.institutionName));
    await page.getByRole('heading', { level: 1, name: '审方' }).waitFor();
    await page.locator(`a[href$="/review/${tasks[0]}"]`).waitFor();
    await looksRight(page, 'review-queue', NARROW_AND_WIDE);
    await page.locator(`a[href$="/review/${tasks[0]}"]`).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: '领取审核' }).waitFor();
    await page.keyboard.press('t');
    await page.getByText('青霉素').first().waitFor();
    await looksRight(page, 'review-desk', NARROW_AND_WIDE);
    await page.keyboard.press('g');
    await page.keyboard.press('Control+Enter');
    await page.waitForURL((address) => !address.hash.endsWith(tasks[0] ?? '?'));
    await page.goto(`${url}/workbench/#/review/${tasks[1]}`);
    await page.getByRole('button', { name: '领取审核' }).waitFor();
    await page.keyboard.press('t');
    await page.getByRole('radio', { name: /退回医师/ }).waitFor();
    await page.keyboard.press('b');
    await page.getByLabel('意见（医师会看到）').fill('请补充胃病史');
    await page.getByLabel('问题类别').selectOption('2-5');
    await page.keyboard.press('Control+Enter');
    await page.waitForURL((address) => !address.hash.endsWith(tasks[1] ?? '?'));
    await page.goto(`${url}/workbench/#/lists/review?tab=figures`);
    await page.getByRole('table').first().waitFor();
    await looksRight(page, 'review-figures', NARROW_AND_WIDE);
  });

  test('the doctor finds one that counts and one to mend, with the reason', async () => {
    const { page } = doctor;
    await page.goto(`${url}/workbench/#/lists/prescriptions`);
    await page.getByText(/请补充胃病史/).first().waitFor();
    await looksRight(page, 'prescriptions-own', NARROW_AND_WIDE);
    await page.goto(`${url}/workbench/#/prescriptions/${tasks[0]}`);
    await page.getByText('已生效').first().waitFor();
    const [one] = (await root(`/fhir/MedicationRequest?patient=${patient}&status=active`)).entry;
    expect(one.resource.medicationCodeableConcept.text).toBe('苯磺酸氨氯地平片 5mg');
    await page.goto(`${url}/workbench/#/prescriptions/${tasks[1]}`);
    await page.getByRole('button', { name: '撤回并改写' }).waitFor();
    await looksRight(page, 'prescription-returned', NARROW_AND_WIDE);
    expect([...faultsOf(doctor), ...faultsOf(pharmacist)]).toEqual([]);
  });

  test('an operator asks a rule of the past, and sees whose knowledge is in force', async () => {
    const operator = await someone(browser, 1440, 900);
    const { page } = operator;
    await signIn(operator, '/', '用账户登录', 'operator');
    await page.goto(`${url}/#/review`);
    await page.getByRole('link', { name: '超过五种药品' }).waitFor();
    await looksRight(page, 'rules', NARROW_AND_WIDE);
    await page.goto(`${url}/#/review/rules/single-dose-high/1`);
    await page.getByRole('button', { name: '开始试运行' }).click();
    await page.getByText(/审查了 \d+ 张处方/).waitFor();
    await looksRight(page, 'rule', NARROW_AND_WIDE);
    await page.goto(`${url}/#/review/knowledge`);
    await page.getByText(/未经核实。不得据此诊疗/).waitFor();
    await looksRight(page, 'knowledge', NARROW_AND_WIDE);
    expect(faultsOf(operator)).toEqual([]);
  });

  test('a resident reads how a drug is taken', async () => {
    const resident = await someone(browser, 375, 812);
    const { page } = resident;
    await signIn(resident, '/resident/', '登录', RESIDENT);
    await page.goto(`${url}/resident/#/prescriptions`);
    await page.getByText('已生效').first().waitFor();
    await looksRight(page, 'my-prescriptions', NARROW_AND_WIDE);
    await page.getByRole('link', { name: /苯磺酸氨氯地平片/ }).first().click();
    await page.getByText(/每天 1 次/).waitFor();
    await looksRight(page, 'my-prescription', NARROW_AND_WIDE);
    expect(faultsOf(resident)).toEqual([]);
  });

  test('the resident takes a code, one pharmacy locks and dispenses with it, and nobody locks twice', async () => {
    const resident = await someone(browser, 375, 812);
    const shop = await someone(browser, 1440, 900);
    await signIn(shop, '/workbench/', '用账户登录', 'drugstore1');
    // Which drugs a made-up drugstore has is chance: its system tells of this one.
    const part = Object.entries({ item: 'JOURNEY-1', name: '苯磺酸氨氯地平片 5mg', unit: '片', quantity: '100', price: '0.98', code: 'amlodipine-1' }).map(([name, valueString]) => ({ name, valueString }));
    await ask('/fhir/$stock-update', await tokenOf(shop), { resourceType: 'Parameters', parameter: [{ name: 'line', part }] });

    await signIn(resident, '/resident/', '登录', RESIDENT);
    const phone = resident.page;
    await phone.goto(`${url}/resident/#/prescriptions`);
    await phone.getByRole('link', { name: /苯磺酸氨氯地平片.*已生效/ }).first().click();
    await phone.getByRole('link', { name: '去哪里取药' }).click();
    await phone.getByRole('link', { name: /仁济/ }).first().waitFor();
    await looksRight(phone, 'take-where', NARROW_AND_WIDE);
    await phone.getByRole('link', { name: /仁济/ }).first().click();
    const made = phone.waitForResponse((response) => response.url().endsWith('/$prescription-token'));
    await phone.getByRole('button', { name: '生成取药码' }).click();
    const code: string = ((await (await made).json()).parameter as { name: string; valueString: string }[]).find(({ name }) => name === 'token')?.valueString ?? '';
    await phone.getByRole('img', { name: /取药码/ }).waitFor();
    await looksRight(phone, 'take-code', NARROW_AND_WIDE);

    const { page } = shop;
    await page.goto(`${url}/workbench/#/lists/dispensing`);
    await page.getByLabel('取药码').fill(code);
    await page.keyboard.press('Enter');
    await page.getByLabel('批号').waitFor();
    await phone.getByText(/正在备药/).waitFor();
    await page.getByLabel('批号').fill('B1');
    await page.getByLabel('有效期至').fill('2030-06-30');
    await page.getByLabel('追溯码').fill(`81${Date.now()}`);
    await page.getByLabel('追溯码').press('Enter');
    await looksRight(page, 'dispensing', NARROW_AND_WIDE);
    await page.keyboard.press('Control+Enter');
    await page.getByRole('button', { name: '已交给取药人' }).waitFor();
    const settleIt = page.getByRole('button', { name: '结算', exact: true });
    await page.getByRole('button', { name: '预结算' }).click();
    await settleIt.waitFor();
    await looksRight(page, 'dispensing-reckoned', NARROW_AND_WIDE);
    await settleIt.click();
    await page.getByRole('button', { name: /^收款/ }).waitFor();
    expect(await page.getByRole('button', { name: '已交给取药人' }).isDisabled()).toBe(true);
    await looksRight(page, 'dispensing-settled', NARROW_AND_WIDE);

    await page.goto(`${url}/workbench/#/lists/dispensing`);
    await page.getByLabel('取药码').fill(code);
    await page.keyboard.press('Enter');
    await page.getByRole('alert').filter({ hasText: /码/ }).waitFor();
    await looksRight(page, 'dispensing-refused', NARROW_AND_WIDE);
    await phone.getByRole('link', { name: '看处方和进度' }).click();
    await phone.getByText('批号 B1').waitFor();
    await phone.getByText('再次使用已用过的码').waitFor();
    await looksRight(phone, 'take-dispensed', NARROW_AND_WIDE);
    await phone.getByRole('link', { name: '看结算单并支付' }).click();
    await phone.getByRole('button', { name: /^支付/ }).waitFor();
    await looksRight(phone, 'take-bill', NARROW_AND_WIDE);
    await page.goto(`${url}/workbench/#/lists/dispensing?tab=stock`);
    await page.getByRole('table').waitFor();
    await looksRight(page, 'stock', { ...NARROW_AND_WIDE, fullPage: false });
    expect([...faultsOf(resident), ...faultsOf(shop)]).toEqual([]);
  });
});
