import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Browser, type BrowserContext, type Locator, type Page } from 'playwright-core';
import { expect } from 'vitest';
import { device, environment } from './browser';

const FEE = 'https://helan.health/fhir/StructureDefinition/online-visit-fee';

/** Somebody with a device of their own, and what its browser complained of. */
export type Person = { context: BrowserContext; page: Page; faults: string[] };

/** A browser that sees a camera which it makes up, and asks nobody for it. */
export const launchWithCamera = (): Promise<Browser> =>
  chromium.launch({
    executablePath: environment.chromium ?? '',
    args: ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
  });

export async function someone(browser: Browser, width: number, height: number): Promise<Person> {
  const context = await device(browser, width, height);
  await context.grantPermissions(['camera', 'microphone'], { origin: environment.url ?? '' });
  const person: Person = { context, page: await context.newPage(), faults: [] };
  watch(person.page, person.faults);
  return person;
}

export function watch(page: Page, faults: string[]): Page {
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
  return page;
}

/** Refusals that a page shows, and lines that end, are no faults of the page. */
export const faultsOf = ({ faults }: Person): string[] => faults.filter((fault) => !/status of (401|403|404|409|422)|WebSocket|Failed to fetch/.test(fault));

/** By the platform's own pages; `post` for whoever has several. */
export async function signIn({ page }: Person, entry: string, button: string, login: string, post?: RegExp): Promise<void> {
  await page.goto((environment.url ?? '') + entry);
  await page.getByRole('button', { name: button }).click();
  await page.locator('#login:focus').waitFor();
  await page.keyboard.type(login);
  await page.keyboard.press('Tab');
  await page.keyboard.type(process.env['HELAN_DEMO_PASSWORD'] ?? '');
  await page.keyboard.press('Enter');
  if (post) await page.getByRole('button', { name: post }).first().click();
  await page.waitForFunction(() => sessionStorage.getItem('helan.token'));
}

export const tokenOf = async ({ page }: Person): Promise<string> => (await page.evaluate(() => sessionStorage.getItem('helan.token'))) ?? '';

/** What the platform answers to a token; an answer that refuses fails the test. */
export async function ask(path: string, token: string, body?: unknown, method = body === undefined ? 'GET' : 'POST', type = 'application/fhir+json'): Promise<any> {
  const response = await fetch((environment.url ?? '') + path, {
    method,
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': type },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const answer: any = await response.json();
  expect(response.ok, JSON.stringify(answer)).toBe(true);
  return answer;
}

export const root = (path: string, body?: unknown, method?: string): Promise<any> => ask(path, environment.token ?? '', body, method);

export const parameters = (values: Record<string, string>) => ({ resourceType: 'Parameters', parameter: Object.entries(values).map(([name, valueString]) => ({ name, valueString })) });

/** The doctor's posts are approved for care on line, as a registrar would; at a fee in yuan, where one is given. */
export async function approvedOnLine(practitioner: string, fee?: number): Promise<void> {
  const posts = await root(`/fhir/PractitionerRole?practitioner=${practitioner}&_count=20`);
  for (const { resource } of posts.entry) {
    for (const extension of resource.extension ?? []) {
      const parts: any[] = extension.extension ?? [];
      if (!extension.url.endsWith('/practice-site') || parts.some(({ url, valueBoolean }) => url === 'online' && valueBoolean)) continue;
      extension.extension = [...parts.filter(({ url }) => url !== 'online'), { url: 'online', valueBoolean: true }];
      if (fee !== undefined) resource.extension = [...resource.extension.filter(({ url }: any) => url !== FEE), { url: FEE, valueMoney: { value: fee, currency: 'CNY' } }];
      await root(`/fhir/PractitionerRole/${resource.id}`, resource, 'PUT');
    }
  }
}

/** Sets the password of an account with the code that an operator hands over at a counter. */
export async function activate({ page }: Person, code: string): Promise<void> {
  await page.goto(`${environment.url ?? ''}/sign-in/activate`);
  await page.locator('#code').fill(code);
  await page.locator('#password').fill(process.env['HELAN_DEMO_PASSWORD'] ?? '');
  await page.locator('#again').fill(process.env['HELAN_DEMO_PASSWORD'] ?? '');
  await page.keyboard.press('Enter');
  await page.getByRole('link', { name: '登录' }).waitFor();
}

/** A resident registers, and is known at the counter; whom an earlier journey has registered is there already. */
export async function ownAccount(person: Person, name: string, number: string): Promise<void> {
  const accounts = (act: string) =>
    fetch(`${environment.url ?? ''}/access/accounts/${act}`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${environment.token}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ login: number }),
    });
  if ((await accounts('find')).ok) return;
  const { page } = person;
  await page.goto(`${environment.url ?? ''}/sign-in/register`);
  await page.locator('#name').fill(name);
  await page.locator('#number').fill(number);
  await page.locator('#password').fill(process.env['HELAN_DEMO_PASSWORD'] ?? '');
  await page.locator('#again').fill(process.env['HELAN_DEMO_PASSWORD'] ?? '');
  await page.keyboard.press('Enter');
  await page.getByRole('link', { name: '登录' }).waitFor();
  const { activationCode } = (await (await accounts('activation-code')).json()) as { activationCode: string };
  await activate(person, activationCode);
}

/** From the list of hospitals to the confirmed time with a doctor. */
export async function bookTime({ page }: Person, hospital: string, doctor: string, looks: () => Promise<void> = () => Promise.resolve()): Promise<void> {
  await page.goto(`${environment.url ?? ''}/resident/#/book`);
  await page.getByRole('searchbox').fill(hospital);
  await page.getByRole('button', { name: '查找' }).click();
  await page.getByRole('link', { name: new RegExp(hospital) }).first().click();
  await page.getByRole('link', { name: new RegExp(doctor) }).first().click();
  await page.getByRole('group', { name: '时间' }).locator('button:enabled').first().click();
  await looks();
  await page.getByRole('button', { name: /^预约 \d/ }).click();
  await page.getByRole('button', { name: '确认预约' }).click();
  await page.getByText('预约成功').waitFor();
}

type Look<Step> = (step: Step) => Promise<void>;
const unseen = () => Promise.resolve();

/** From the list of visits on line to the consent: with a doctor, by an earlier diagnosis. Answers the visit's id. */
export async function applyOnLine({ page }: Person, doctor: string, diagnosis: RegExp, complaint: string, looks: Look<'doctor' | 'proof' | 'complaint'> = unseen): Promise<string> {
  await page.getByRole('link', { name: '申请复诊' }).click();
  await page.getByRole('searchbox').fill(doctor);
  await page.getByRole('button', { name: '查找' }).click();
  await page.getByRole('radio').first().check();
  await looks('doctor');
  await page.getByRole('button', { name: '下一步' }).click();
  await page.getByRole('radio', { name: diagnosis }).first().check();
  await looks('proof');
  await page.getByRole('button', { name: '下一步' }).click();
  await page.getByRole('textbox').fill(complaint);
  await looks('complaint');
  await page.getByRole('button', { name: '提交申请' }).click();
  await page.getByText('互联网复诊知情同意书').waitFor();
  return page.url().split('/').pop() ?? '';
}

export const consentOnLine = ({ page }: Person): Promise<void> => page.getByRole('button', { name: '我已阅读，同意并签署' }).click();

/** By a simulated channel, from the visit and back to it. */
export async function payOnLine({ page }: Person, looks: Look<'pay' | 'paid'> = unseen): Promise<void> {
  await page.getByRole('link', { name: /^去支付/ }).click();
  await page.getByRole('radio').first().check();
  await looks('pay');
  await page.getByRole('button', { name: /^支付 ¥/ }).click();
  await page.getByRole('button', { name: '模拟付款' }).click();
  await page.getByText('申请已送到医生，请等待接诊。').waitFor();
  await looks('paid');
  await page.getByRole('link', { name: '查看这次复诊' }).click();
}

/** The doctor takes the visit and begins it; `taking` is what comes between. */
export async function acceptOnLine({ page }: Person, visit: string, taking: () => Promise<void> = unseen): Promise<void> {
  await page.goto(`${environment.url ?? ''}/workbench/#/online/${visit}`);
  await page.getByRole('button', { name: '接诊' }).click();
  await taking();
  await page.getByRole('button', { name: '开始就诊' }).click();
}

/** The resident writes from the telephone, and the doctor answers at the desk. */
export async function talkOnLine({ page: phone }: Person, { page: desk }: Person, said: string, answer: string, read: () => Promise<void> = unseen): Promise<void> {
  await phone.getByRole('textbox', { name: '输入消息' }).fill(said);
  await phone.getByRole('button', { name: '发送', exact: true }).click();
  await desk.getByText(said).waitFor();
  await read();
  await desk.getByRole('textbox', { name: '输入消息' }).fill(answer);
  await desk.keyboard.press('Enter');
  await phone.getByText(answer).waitFor();
}

/** The note of a visit on line for hypertension, beside the conversation; answers its form, not yet signed. */
export async function writeNote({ page }: Person, { complaint, illness, plan }: { complaint: string; illness: string; plan: string }): Promise<Locator> {
  const note = page.getByRole('form', { name: '病历' });
  await note.getByLabel('主诉').fill(complaint);
  await note.getByLabel('现病史').fill(illness);
  await note.getByRole('combobox').fill('gxy');
  await page.locator('.ant-select-item-option', { hasText: 'I10' }).first().click();
  await note.getByLabel('处理意见').fill(plan);
  return note;
}

/** The doctor signs the note, which ends the visit; the resident, who has it open, reads the plan. */
export async function closeOnLine({ page: desk }: Person, { page: phone }: Person, plan: string): Promise<void> {
  await desk.getByRole('form', { name: '病历' }).getByRole('button', { name: '签名并结束就诊' }).click();
  await desk.getByRole('heading', { level: 1, name: '互联网复诊' }).waitFor();
  await phone.getByText('已结束').waitFor();
  await phone.getByText(plan).first().waitFor();
}

/** A picture of what is on the screen, where pictures are kept. */
export async function picture({ page }: Person, name: string): Promise<void> {
  if (!environment.shots) return;
  mkdirSync(environment.shots, { recursive: true });
  await page.waitForTimeout(300);
  await page.screenshot({ path: join(environment.shots, `${name}.png`) });
}
