import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { device, environment, launch, obstacle } from './browser';
import { looksRight } from './looks';

const password = process.env['HELAN_DEMO_PASSWORD'];
const reason = obstacle() ?? (password ? undefined : 'set HELAN_DEMO_PASSWORD to the content of DIR/demo-password.');
if (reason) console.error(`\n*** SKIPPED: the residents' journey did not run: ${reason}\n`);

/**
 * 丁志明 and 王芳 of the demo region; she acts for two children. An emergency access opens a record for four hours, so within
 * these the journey on one data folder wants another resident (`HELAN_JOURNEY_RESIDENT`, an identity number).
 */
const RESIDENT = process.env['HELAN_JOURNEY_RESIDENT'] ?? '649107197604250019';
const MOTHER = '649102199405180000';

type Person = { context: BrowserContext; page: Page };

/** One resident, one doctor, one regulator, each in a browser of their own; the steps build on one another. */
describe.skipIf(reason)('A resident', () => {
  const url = environment.url ?? '';
  let browser: Browser;
  let resident: Person;
  let doctor: Person;
  let regulator: Person;
  let patient = '';
  let institution = { id: '', name: '' };
  let doctorName = '';
  let name = '';
  const faults: string[] = [];

  beforeAll(async () => {
    browser = await launch();
    resident = await someone(390, 844);
    doctor = await someone(1440, 900);
    regulator = await someone(1440, 900);
  });

  afterAll(async () => {
    await browser?.close();
  });

  async function someone(width: number, height: number): Promise<Person> {
    const context = await device(browser, width, height);
    const page = await context.newPage();
    page.on('pageerror', (error) => faults.push(String(error)));
    page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
    return { context, page };
  }

  async function signIn({ page }: Person, entry: string, button: string, login: string) {
    await page.goto(url + entry);
    await page.getByRole('button', { name: button }).click();
    await page.locator('#login:focus').waitFor();
    await page.keyboard.type(login);
    await page.keyboard.press('Tab');
    await page.keyboard.type(password ?? '');
    await page.keyboard.press('Enter');
  }

  /** Asks the API with the token that this person's pages hold; a page that has not been used for long renews it first. */
  async function api({ page }: Person, path: string, body?: unknown, method = body === undefined ? 'GET' : 'POST'): Promise<{ status: number; body: any }> {
    const token = await page.evaluate(() => sessionStorage.getItem('helan.token'));
    const response = await fetch(url + path, {
      method,
      headers: { Authorization: `Bearer ${token ?? ''}`, 'Content-Type': 'application/fhir+json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: await response.json() };
  }

  const filled = (page: Page) => expect.poll(() => page.locator('[data-loading], main .ant-skeleton').count(), { interval: 50 }).toBe(0);

  async function open(page: Page, route: string, heading: string) {
    await page.goto(`${url}/resident/#${route}`);
    await page.getByRole('heading', { level: 1, name: heading }).waitFor();
    await filled(page);
  }

  /** No fault of the page itself; refusals that a step provokes are noted by the browser, and are meant. */
  function noFaults() {
    expect(faults.filter((fault) => !/status of (401|403|404|422)/.test(fault))).toEqual([]);
    faults.length = 0;
  }

  test('reads the public list of online services before signing in', async () => {
    const { page } = resident;
    await page.goto(`${url}/resident/#/online`);
    await page.getByRole('heading', { name: '互联网诊疗服务公开清单' }).waitFor();
    await page.getByRole('list', { name: '互联网诊疗服务公开清单' }).getByRole('listitem').first().waitFor();
    await looksRight(page, 'public-online');
  });

  test('is told what these pages are for, and signs in with an account', async () => {
    const { page } = resident;
    await page.goto(`${url}/resident/`);
    await page.getByRole('heading', { name: '我的健康档案' }).waitFor();
    await looksRight(page, 'resident-sign-in');
    await signIn(resident, '/resident/', '登录', RESIDENT);
    await page.getByRole('navigation', { name: '主导航' }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/resident/');
    await filled(page);
    await looksRight(page, 'resident-home');
    const me = (await api(resident, '/access/me')).body as { fhirUser: string; role: string; name: string };
    expect(me.role).toBe('resident');
    patient = me.fhirUser.replace('Patient/', '');
    name = me.name;
    // What an earlier journey on the same data left, were it broken off.
    const left = (await api(resident, `/fhir/Consent?patient=${patient}&status=active`)).body as { entry?: { resource: { id: string } }[] };
    for (const { resource } of left.entry ?? []) await api(resident, `/fhir/Consent/${resource.id}`, { ...resource, status: 'inactive' }, 'PUT');
    noFaults();
  });

  test('reads the record in brief, the sentence first', async () => {
    const { page } = resident;
    await page.getByRole('link', { name: '就诊' }).click();
    await page.getByRole('heading', { name: '现有问题' }).waitFor();
    await filled(page);
    await looksRight(page, 'resident-visits');
    noFaults();
  });

  test('finds a doctor by department, and by the first letters of a name', async () => {
    const { page } = resident;
    await open(page, '/find', '找医生');
    const hits = page.getByRole('list', { name: '医生' }).getByRole('listitem');
    await hits.first().waitFor();
    await looksRight(page, 'resident-find');
    await page.getByLabel('科室').selectOption('03.04');
    await filled(page);
    expect(await hits.first().innerText()).toContain('心血管内科');
    await page.getByRole('button', { name: '医院', exact: true }).click();
    await page.getByLabel('科室').selectOption('');
    await page.getByLabel('名称').fill('hlxrm');
    await page.getByRole('button', { name: '查找' }).click();
    await page.getByRole('heading', { name: /贺兰县人民医院/ }).waitFor();
    await looksRight(page, 'resident-find-hospital');
    noFaults();
  });

  test('is a stranger to a doctor who has no part in the care', async () => {
    await signIn(doctor, '/', '用账户登录', 'doctor2');
    await doctor.page.getByRole('link', { name: /当前账户/ }).waitFor();
    const me = (await api(doctor, '/access/me')).body as { name: string; post: { institution: string; institutionName: string } };
    institution = { id: me.post.institution, name: me.post.institutionName };
    doctorName = me.name;
    const read = await api(doctor, `/fhir/Patient/${patient}`);
    expect(read.status === 404 || JSON.stringify(read.body.meta).includes('SUBSETTED'), JSON.stringify(read.body)).toBe(true);
    const found = await api(doctor, `/fhir/Condition?patient=${patient}&_summary=count`);
    expect(found.body.total ?? 0).toBe(0);
  });

  test('gives a consent to an institution, one question at a time', async () => {
    const { page } = resident;
    await open(page, '/consents', '授权管理');
    await looksRight(page, 'resident-consents-empty');
    await page.getByRole('button', { name: '给出授权' }).click();
    await page.getByRole('heading', { name: '允许谁查阅？' }).waitFor();
    await page.getByRole('button', { name: '下一步' }).click();
    await page.getByText('请先选择机构或医生。').waitFor();
    await page.getByLabel('机构名称里的字').fill(institution.name.replace(/（.*/, ''));
    await page.getByRole('button', { name: '查找', exact: true }).click();
    const choice = page.getByRole('group', { name: /找到/ }).getByLabel(new RegExp(`^${institution.name}`)).first();
    await choice.waitFor();
    await looksRight(page, 'resident-give-who');
    await choice.click();
    await page.getByRole('group', { name: '已选择' }).waitFor();
    await page.getByRole('button', { name: '下一步' }).click();
    await page.getByRole('heading', { name: '允许看什么？' }).waitFor();
    await looksRight(page, 'resident-give-what');
    await page.getByLabel('艾滋病相关').click();
    await page.getByRole('button', { name: '下一步' }).click();
    await page.getByRole('heading', { name: '允许到什么时候？' }).waitFor();
    await page.getByLabel(/^90 天/).click();
    // The way back, and a reload, lose nothing.
    await page.getByRole('link', { name: '返回' }).click();
    await page.reload();
    await page.getByRole('heading', { name: '允许看什么？' }).waitFor();
    expect(await page.getByLabel('艾滋病相关').isChecked()).toBe(true);
    await page.getByRole('button', { name: '下一步' }).click();
    expect(await page.getByLabel(/^90 天/).isChecked()).toBe(true);
    await looksRight(page, 'resident-give-until');
    await page.getByRole('button', { name: '下一步' }).click();
    await page.getByText('健康档案查阅知情同意书（第 1 版）').waitFor();
    await page.getByText(institution.name).waitFor();
    await looksRight(page, 'resident-give-text');
    await page.getByRole('button', { name: '我已阅读并同意' }).click();
    await page.getByRole('status').getByText('已生效').waitFor();
    await page.getByText('验证有效').waitFor();
    await filled(page);
    await looksRight(page, 'resident-consent');
    noFaults();
  });

  test('is then read by a practitioner there, and narrows the consent', async () => {
    const read = await api(doctor, `/fhir/Patient/${patient}`);
    expect(read.status).toBe(200);
    expect(read.body.name[0].text).toBe(name);
    expect(JSON.stringify(read.body.meta)).not.toContain('SUBSETTED');
    const found = await api(doctor, `/fhir/Condition?patient=${patient}&_count=5`);
    expect(found.body.entry.length).toBeGreaterThan(0);
    const { page } = resident;
    await page.getByRole('link', { name: '缩小授权' }).click();
    await page.getByRole('heading', { name: '缩小授权' }).waitFor();
    await page.getByLabel('艾滋病相关').click();
    await looksRight(page, 'resident-narrow');
    await page.getByRole('button', { name: '缩小授权' }).click();
    await page.getByText('已缩小，现在生效').waitFor();
    await page.getByText('整份档案，不含敏感内容').waitFor();
    noFaults();
  });

  test('sees who may see the record now', async () => {
    const { page } = resident;
    await open(page, '/may-see', '谁能看我的记录');
    await page.getByRole('heading', { name: '现在开放' }).waitFor();
    await page.getByText(institution.name).first().waitFor();
    await looksRight(page, 'resident-may-see');
    noFaults();
  });

  test('sees which institutions hold a record', async () => {
    const { page } = resident;
    await open(page, '/identities', '我在各机构的记录');
    await page.getByRole('list', { name: '我在各机构的记录' }).waitFor();
    await looksRight(page, 'resident-identities');
    noFaults();
  });

  test('withdraws it, and the next request is refused', async () => {
    const { page } = resident;
    await open(page, '/consents', '授权管理');
    await page.getByRole('link', { name: new RegExp(institution.name) }).first().click();
    await page.getByRole('button', { name: '收回授权' }).click();
    await looksRight(page, 'resident-withdraw');
    await page.getByRole('button', { name: '确认收回' }).click();
    await page.getByText('已收回，现在生效').waitFor();
    const read = await api(doctor, `/fhir/Patient/${patient}`);
    expect(read.status === 404 || JSON.stringify(read.body.meta).includes('SUBSETTED')).toBe(true);
    expect((await api(doctor, `/fhir/Condition?patient=${patient}&_summary=count`)).body.total ?? 0).toBe(0);
    noFaults();
  });

  test('sees the reading and the refusal, with name, institution and time', async () => {
    const { page } = resident;
    await open(page, '/seen', '谁看过我的记录');
    const card = page.locator('article', { hasText: doctorName }).first();
    await card.waitFor();
    expect(await card.innerText()).toContain(institution.name);
    await card.getByText(/查看 \d+ 次请求/).click();
    await expect.poll(() => card.innerText()).toContain('查阅诊断');
    await looksRight(page, 'resident-seen');
    await page.getByRole('button', { name: '被拒绝的' }).click();
    await filled(page);
    await page.locator('article', { hasText: doctorName }).first().waitFor();
    expect(page.url()).toContain('whose=refused');
    noFaults();
  });

  test('is told of an emergency access, and sees what was read in it', async () => {
    const parameters = { resourceType: 'Parameters', parameter: [{ name: 'reason', valueString: '昏迷送入急诊，无法询问' }] };
    const opened = await api(doctor, `/fhir/Patient/${patient}/$emergency-access`, parameters);
    expect(opened.status, JSON.stringify(opened.body)).toBe(201);
    expect((await api(doctor, `/fhir/AllergyIntolerance?patient=${patient}`)).status).toBe(200);
    const { page } = resident;
    await page.goto(`${url}/resident/#/`);
    await page.reload();
    await page.getByText('有 1 次紧急查阅请您留意').waitFor();
    await filled(page);
    await looksRight(page, 'resident-home-emergency');
    await page.getByRole('link', { name: '消息' }).click();
    await page.getByText('昏迷送入急诊').waitFor();
    await expect.poll(() => page.locator('article').first().innerText()).toContain(doctorName);
    await looksRight(page, 'resident-messages');
    await page.getByRole('link', { name: '查看紧急访问' }).first().click();
    await page.getByText('等待说明').waitFor();
    await page.getByRole('link', { name: '看看查阅了什么' }).click();
    await page.getByText('紧急查阅：昏迷送入急诊，无法询问').first().waitFor();
    noFaults();
  });

  test('has the access justified by the doctor, and reviewed by a regulator', async () => {
    const desk = doctor.page;
    await desk.getByRole('link', { name: '紧急访问' }).click();
    await desk.getByText('您以紧急为由打开的档案', { exact: false }).waitFor();
    // The doctor's page stood here, empty, since signing in: pressing its link has to read it anew.
    await desk.getByRole('region', { name: '这次访问' }).getByText('昏迷送入急诊').waitFor();
    await filled(desk);
    await looksRight(desk, 'console-justify');
    await desk.getByRole('button', { name: '提交说明' }).click();
    await desk.getByText('至少写 5 个字').waitFor();
    await desk.getByLabel('说明', { exact: true }).fill('患者由120送入，意识不清，查阅过敏史后用药');
    await desk.getByRole('button', { name: '提交说明' }).click();
    await desk.getByRole('region', { name: '这次访问' }).getByText('待审核').waitFor();

    await signIn(regulator, '/', '用账户登录', 'regulator');
    const office = regulator.page;
    await office.getByRole('link', { name: '紧急访问' }).click();
    await office.getByText('昏迷送入急诊').first().waitFor();
    await office.getByText(doctorName).first().waitFor();
    await filled(office);
    await office.getByRole('cell', { name: /过敏/ }).first().waitFor();
    await looksRight(office, 'console-emergencies');
    await office.getByLabel('理由成立').click();
    await office.getByLabel('审核意见').fill('急救记录与查阅内容相符');
    await office.getByRole('button', { name: '提交判定' }).click();
    // With the form goes the choice of the same name; what is left is the outcome.
    await office.getByRole('button', { name: '提交判定' }).waitFor({ state: 'detached' });
    await office.getByRole('region', { name: '这次访问' }).getByText('理由成立').waitFor();

    const { page } = resident;
    await open(page, '/emergency', '紧急访问');
    await page.getByText('审核：理由成立').waitFor();
    await page.getByText('急救记录与查阅内容相符').waitFor();
    await looksRight(page, 'resident-emergency');
    noFaults();
  });

  test('leaves a regulator the seals and the trace, and no page of a record', async () => {
    const office = regulator.page;
    await office.getByRole('link', { name: '审计' }).click();
    await office.getByRole('heading', { name: '请求记录' }).waitFor();
    await office.getByText('证书指纹').waitFor();
    await office.locator('tbody tr').first().waitFor();
    await looksRight(office, 'console-audit');
    expect((await api(regulator, `/fhir/Patient/${patient}`)).status).toBe(404);
    noFaults();
  });

  test('looks through the account, and signs another device out', async () => {
    const phone = await someone(390, 844);
    await signIn(phone, '/resident/', '登录', RESIDENT);
    await phone.page.getByRole('region', { name: '就诊人' }).getByText(name).waitFor();
    const { page } = resident;
    await open(page, '/account', '账户与安全');
    await page.getByText('这台设备').waitFor();
    await looksRight(page, 'resident-account');
    const others = page.getByRole('button', { name: /^让 .* 退出$/ });
    let left = await others.count();
    expect(left).toBeGreaterThan(0);
    for (; left > 0; left--) {
      await others.first().click();
      await expect.poll(() => others.count()).toBe(left - 1);
    }
    expect((await api(phone, '/access/me')).status).toBe(401);
    await phone.context.close();
    noFaults();
  });

  test('shows a health code, which a counter takes once', async () => {
    const { page } = resident;
    const counter = async (code: string) => {
      const parameter = [{ name: 'terminal', valueString: 'demo-counter' }, { name: 'scene', valueCode: 'identify' }, { name: 'code', valueString: code }];
      const response = await fetch(`${url}/fhir/$scan-card`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${environment.token ?? ''}`, 'Content-Type': 'application/fhir+json' },
        body: JSON.stringify({ resourceType: 'Parameters', parameter }),
      });
      return { status: response.status, body: (await response.json()) as { parameter?: { name: string; valueReference?: { reference: string } }[] } };
    };
    await page.goto(`${url}/resident/#/`);
    await page.getByRole('img', { name: `${name}的健康码` }).waitFor();
    await looksRight(page, 'resident-home-code', { widths: [320, 375, 1440] });
    await page.getByRole('link', { name: '点这里放大' }).click();
    await page.getByRole('heading', { level: 1, name: '我的健康码' }).waitFor();
    await page.getByText('秒后失效').waitFor();
    await filled(page);
    await looksRight(page, 'resident-card', { widths: [320, 375, 1440] });
    await open(page, '/card/print', '打印健康卡');
    await page.getByRole('img', { name: `${name}的印制码` }).waitFor();
    await looksRight(page, 'resident-card-print', { widths: [320, 375, 1440] });
    await open(page, '/card', '我的健康码');
    const asked = await api(resident, `/fhir/Patient/${patient}/$health-code`, { resourceType: 'Parameters' });
    const code = (asked.body.parameter as { name: string; valueString?: string }[]).find((one) => one.name === 'code')?.valueString ?? '';
    const first = await counter(code);
    expect(first.status, JSON.stringify(first.body)).toBe(200);
    expect(first.body.parameter?.find((one) => one.name === 'patient')?.valueReference?.reference).toBe(`Patient/${patient}`);
    expect((await counter(code)).status).toBe(409);
    await page.getByRole('link', { name: /^用码记录/ }).click();
    await page.getByText('未通过').first().waitFor();
    await page.getByText('门诊 1 号窗口', { exact: false }).first().waitFor();
    await filled(page);
    await looksRight(page, 'resident-card-uses', { widths: [375, 1440] });
    noFaults();
  });

  test('reports a loss, and takes it back', async () => {
    const { page } = resident;
    await open(page, '/card/lost', '挂失');
    await page.getByLabel('手机或卡丢了').click();
    await looksRight(page, 'resident-card-lost', { widths: [375] });
    await page.getByRole('button', { name: '立即挂失' }).click();
    await page.getByText('已挂失，所有健康码立即停用').waitFor();
    expect((await api(resident, `/fhir/Patient/${patient}/$health-code`, { resourceType: 'Parameters' })).status).toBe(422);
    await looksRight(page, 'resident-card-suspended', { widths: [375] });
    await page.getByRole('button', { name: '解除挂失' }).click();
    await page.getByText('手机和卡都在您手里时再解除。').waitFor();
    await page.getByRole('button', { name: '解除挂失' }).click();
    await page.getByRole('img', { name: `${name}的健康码` }).waitFor();
    noFaults();
  });

  test('can have it larger, and in English', async () => {
    const { page } = resident;
    await open(page, '/mine', '我的');
    await looksRight(page, 'resident-mine');
    await page.getByLabel(/长辈模式/).click();
    expect(await page.evaluate(() => getComputedStyle(document.documentElement).fontSize)).toBe('20px');
    const heights = await page.locator('main a, main button, nav a').evaluateAll((all) => all.map((one) => one.getBoundingClientRect().height));
    expect(Math.min(...heights)).toBeGreaterThanOrEqual(56);
    await looksRight(page, 'resident-elder');
    await page.getByLabel(/长辈模式/).click();
    const usual = await page.locator('main a, main button, nav a').evaluateAll((all) => all.map((one) => one.getBoundingClientRect().height));
    expect(Math.min(...usual)).toBeGreaterThanOrEqual(44);
    await page.getByRole('button', { name: 'English' }).click();
    await page.getByRole('heading', { level: 1, name: 'Me' }).waitFor();
    for (const route of ['/card', '/card/uses', '/card/lost', '/seen', '/may-see', '/consents', '/emergency', '/account']) {
      await page.goto(`${url}/resident/#${route}`);
      // The page before stays until the next one has come.
      await page.getByRole('button', { name: '中文' }).waitFor({ state: 'detached' });
      await filled(page);
      // Names of people and places, and what they wrote, stay as they are.
      const words = await page.evaluate(() => [...document.querySelectorAll('h1, h2, nav a, main > p, main button, dt')].map((one) => (one as HTMLElement).innerText).join('\n'));
      expect(words.split('\n').filter((line) => /\p{Script=Han}/u.test(line) && !line.includes(name) && !line.includes('（演示）') && !line.includes(doctorName))).toEqual([]);
    }
    await looksRight(page, 'resident-account-en', { widths: [375] });
    await page.goto(`${url}/resident/#/mine`);
    await page.getByRole('button', { name: '中文' }).click();
    noFaults();
  });

  test('acts for children, and each has a record of its own', async () => {
    const mother = await someone(390, 844);
    await signIn(mother, '/resident/', '登录', MOTHER);
    const { page } = mother;
    await page.getByRole('region', { name: '就诊人' }).getByText('王芳').waitFor();
    const whose = page.getByLabel('查看谁的档案');
    expect(await whose.locator('option').count()).toBe(3);
    await whose.selectOption({ label: '李子轩' });
    await page.getByText('由您代办').waitFor();
    await page.getByRole('img', { name: '李子轩的健康码' }).waitFor();
    await page.getByRole('link', { name: '就诊' }).click();
    await page.getByText('青霉素', { exact: false }).first().waitFor();
    await looksRight(page, 'resident-child');
    await mother.context.close();
    noFaults();
  });

  test('is sent away by the residents’ pages where the account is a doctor’s', async () => {
    await doctor.page.goto(`${url}/resident/`);
    await doctor.page.getByRole('heading', { name: '这里是居民的页面' }).waitFor();
    await looksRight(doctor.page, 'resident-wrong-door', { widths: [375] });
  });
});
