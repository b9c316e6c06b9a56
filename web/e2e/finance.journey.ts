import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { environment, launch, obstacle } from './browser';
import { looksRight } from './looks';
import { ask, faultsOf, parameters, root, signIn, someone, tokenOf, type Person } from './people';

const reason = obstacle() ?? (process.env['HELAN_DEMO_PASSWORD'] ? undefined : 'set HELAN_DEMO_PASSWORD to the content of DIR/demo-password.');
if (reason) console.error(`\n*** SKIPPED: the journey of a finance officer did not run: ${reason}\n`);

/** 马秀兰 of the demo region, insured as a resident: of her bill the fund owes a part at once. */
const RESIDENT = '649100195803120002';
const WIDTHS = [1024, 1440];
/** Yesterday in Beijing: the latest day that can be reconciled. */
const day = new Date(Date.now() + 8 * 3_600_000 - 86_400_000).toISOString().slice(0, 10);
const COLUMNS = [
  { name: '交易时间', holds: 'time' },
  { name: '商户订单号', holds: 'key' },
  { name: '交易类型', holds: 'flow' },
  { name: '金额', holds: 'amount' },
];

/** A finance officer sends the list of a day, looks into what differs, proposes, and reads the books; prices and rules at the console. */
describe.skipIf(reason)('A finance officer', () => {
  const payer = `payer/e2e-${Date.now().toString(36)}`;
  const fund = `演示基金 ${Date.now().toString(36)}`;
  const [both, alone] = ['1', '2'].map((one) => `E2E-${Date.now().toString(36)}-${one}`) as [string, string];
  let browser: Browser;
  let officer: Person;
  let institution = '';

  beforeAll(async () => {
    browser = await launch();
    officer = await someone(browser, 1440, 900);
  });

  afterAll(async () => {
    await browser?.close();
  });

  test('arrives at the own work, with the days of the institution', async () => {
    await signIn(officer, '/workbench/', '用账户登录', 'finance1');
    await officer.page.getByRole('heading', { level: 1, name: '对账' }).waitFor();
    const me = await ask('/access/me', await tokenOf(officer));
    institution = me.institution.replace('Organization/', '');
    await root('/fhir/$clearing-layout', parameters({ code: 'e2e', content: JSON.stringify({ columns: [...COLUMNS, { name: '机构', holds: 'institution' }], payment: ['支付'], refund: ['退款'] }) }));
    await root('/fhir/$clearing-layout', parameters({ code: 'e2e-list', content: JSON.stringify({ columns: COLUMNS, payment: ['支付'], refund: ['退款'] }) }));
    await root('/fhir/$clearing-terms', parameters({ counterpart: payer, content: JSON.stringify({ zh: fund, en: fund, layout: 'e2e', lists: 'e2e-list' }) }));
    const sent = await fetch(`${environment.url}/statements/${payer}/${day}`, { method: 'POST', headers: { Authorization: `Bearer ${environment.token ?? ''}` }, body: `${[...COLUMNS.map(({ name }) => name), '机构'].join(',')}\n${day} 09:00:00,${both},支付,25.50,${institution}\n` });
    expect(sent.status, await sent.text()).toBe(200);
  });

  test('sends a list; a wrong line is told with its text', async () => {
    const { page } = officer;
    await page.reload(); // The counterpart is new.
    await page.getByRole('button', { name: '报送本院清单' }).click();
    await page.getByRole('combobox', { name: '对账对象' }).click();
    await page.getByTitle(fund).last().click();
    const list = (amount: string) => ({ name: 'list.csv', mimeType: 'text/csv', buffer: Buffer.from(`${COLUMNS.map(({ name }) => name).join(',')}\n${day} 09:00:00,${both},支付,25.50\n${day} 10:00:00,${alone},支付,${amount}\n`) });
    await page.locator('input[type=file]').setInputFiles(list('8.0x'));
    await page.getByRole('button', { name: /报\s*送$/ }).click();
    await page.getByText('第 3 行').first().waitFor();
    await page.getByText(`${day} 10:00:00,${alone},支付,8.0x`).waitFor();
    await looksRight(page, 'finance-list-refused', { widths: WIDTHS });
    await page.locator('input[type=file]').setInputFiles(list('8.00'));
    await page.getByRole('button', { name: /报\s*送$/ }).click();
    await page.getByText('已收 2 笔。').waitFor();
    await page.getByRole('button', { name: '回到对账' }).click();
  });

  test('finds what differs, and proposes how to set it right', async () => {
    const { page } = officer;
    await root('/fhir/$clearing-reconcile', parameters({ counterpart: payer, day }));
    await page.reload();
    await page.getByRole('button', { name: both }).waitFor();
    await looksRight(page, 'finance-days', { widths: WIDTHS });
    await page.getByRole('button', { name: both }).click();
    await page.getByText('平台账簿').waitFor();
    await page.getByLabel('情况说明').fill('窗口收款，当日未上传');
    await page.getByRole('button', { name: /^核\s*查$/ }).click();
    await page.getByRole('combobox', { name: '记到' }).click();
    await page.getByTitle('应付机构').last().click();
    await page.getByLabel('情况说明').fill('补记到本院');
    await looksRight(page, 'finance-case', { widths: WIDTHS });
    await page.getByRole('button', { name: '提出调账' }).click();
    await page.getByText('待复核').waitFor();
    await page.getByText('拟调账').waitFor();
    // Booking is the clearing centre's.
    expect(await page.getByRole('button', { name: '复核通过' }).count()).toBe(0);
  });

  test('reads the books of the institution, which hold what its cashier has settled', async () => {
    const { page } = officer;
    const cashier = await someone(browser, 1440, 900);
    await signIn(cashier, '/workbench/', '用账户登录', 'cashier1');
    const patient = `Patient/${(await root(`/fhir/Patient?identifier=urn:oid:2.16.156.10011.1.3|${RESIDENT}`)).entry[0].resource.id}`;
    const charge = await root('/fhir/ChargeItem', {
      resourceType: 'ChargeItem',
      status: 'billable',
      code: { coding: [{ system: 'https://helan.health/fhir/CodeSystem/demo-charge', code: '2504' }] },
      subject: { reference: patient },
      occurrenceDateTime: new Date().toISOString(),
      performingOrganization: { reference: `Organization/${institution}` },
      quantity: { value: 1 },
    });
    const bill = await ask(`/fhir/${patient}/$presettle`, await tokenOf(cashier), parameters({ charge: `ChargeItem/${charge.id}` }));
    const claim = bill.parameter.find(({ name }: any) => name === 'bill').part.find(({ name }: any) => name === 'claim').valueReference.reference;
    await ask(`/fhir/${claim}/$settle`, await tokenOf(cashier), parameters({}));
    // The payers are asked; what they owe is booked then.
    const state = async () => (await ask(`/fhir/${claim}/$bill`, await tokenOf(cashier))).parameter[0].part.find(({ name }: any) => name === 'state').valueCode;
    await expect.poll(state, { interval: 500 }).toBe('owing');
    await page.getByRole('button', { name: '返回' }).click();
    await page.getByText('账簿', { exact: true }).click();
    await page.getByRole('heading', { name: '账户余额' }).waitFor();
    await page.getByRole('button', { name: '平台应付本院' }).waitFor();
    await looksRight(page, 'finance-books', { widths: WIDTHS });
    await page.getByRole('button', { name: '平台应付本院' }).click();
    await page.getByRole('columnheader', { name: '业务单号' }).waitFor();
    await looksRight(page, 'finance-movements', { widths: WIDTHS });
    // The list with the wrong line was refused with 400.
    expect(faultsOf(officer).filter((fault) => !fault.includes('status of 400'))).toEqual([]);
  });

  test('whose prices and rules are kept at the console', async () => {
    const keeper = await someone(browser, 1440, 900);
    await signIn(keeper, '/', '用账户登录', 'operator');
    await keeper.page.goto(`${environment.url}/#/tariff`);
    await keeper.page.getByLabel('编码或名称').fill('血');
    await keeper.page.getByRole('button', { name: /^查\s*找$/ }).click();
    await keeper.page.getByRole('row', { name: /血常规/ }).waitFor();
    await keeper.page.getByRole('button', { name: '导入价目表' }).click();
    await keeper.page.getByLabel('或粘贴价目表').fill('code,name,unit,category,class,own_percent,price,from,to,level,institution\nE2E-9,演示项目,次,laboratory,A,,12.00,2030-01-01,2030-01-31,,\nE2E-8,演示项目,次,laboratory,A,,12.0x,2030-01-01,,,\n');
    await keeper.page.getByRole('button', { name: '先看会改什么' }).click();
    await keeper.page.getByText('第 3 行：单价（元）有误').waitFor();
    await looksRight(keeper.page, 'tariff-prices', { widths: WIDTHS });
    await keeper.page.getByRole('link', { name: '结算规则' }).click();
    await keeper.page.getByRole('heading', { name: '支付顺序' }).waitFor();
    const sets = await root('/fhir/$settlement-rules');
    const specs = sets.parameter.map(({ part }: any) => part.find(({ name }: any) => name === 'spec').valueString);
    await keeper.page.getByRole('button', { name: '据此起草' }).click();
    const spec = { ...JSON.parse(specs[0]), id: `e2e-${Date.now().toString(36)}` };
    await keeper.page.getByLabel('规则（JSON）').fill(JSON.stringify(spec));
    await keeper.page.getByRole('button', { name: '存为草稿' }).click();
    await keeper.page.getByText('发布前须先试算一次。').waitFor();
    await keeper.page.getByRole('button', { name: /^试\s*算$/ }).click();
    await keeper.page.getByRole('status', { name: '试算结果' }).waitFor();
    await keeper.page.getByText('您是起草人：须由另一人决定。').waitFor();
    await looksRight(keeper.page, 'tariff-rules', { widths: WIDTHS });
    await keeper.page.getByLabel('理由').fill('演示草稿，不发布');
    await keeper.page.getByRole('button', { name: /^停\s*用$/ }).click();
    await keeper.page.getByRole('button', { name: new RegExp(`${spec.id}.*停用`) }).waitFor();
    expect(faultsOf(keeper)).toEqual([]);
  });
});
