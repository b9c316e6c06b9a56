import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, test } from 'vitest';
import { never, open, platform, Refused, type Asked } from '../../test/platform';
import { PricesPage } from './PricesPage';
import { RulesPage } from './RulesPage';

const part = (name: string, value: string | number | boolean) => (typeof value === 'number' ? { name, valueInteger: value } : typeof value === 'boolean' ? { name, valueBoolean: value } : { name, valueString: value });
const group = (name: string, values: Record<string, string | number | boolean>, ...more: unknown[]) => ({ name, part: [...Object.entries(values).map(([key, value]) => part(key, value)), ...more] });
const parameters = (...parameter: unknown[]) => ({ resourceType: 'Parameters', parameter });

const item = { code: '2501', name: '血常规', unit: '次', category: 'laboratory', class: 'B', 'own-percent': 20, price: '20.00', from: '2026-01-01', level: '3' };
const rules = [
  { id: 'inpatient', payer: 'basic', zh: '职工住院', en: 'Inpatient', schemes: ['employee'], settings: ['inpatient'], deductible: [20000, 50000, 90000], bands: [{ 'up-to': 3000000, percent: [92, 88, 84] }, { percent: [95, 93, 90] }], points: { referred: 3 }, ceiling: 25000000 },
  { id: 'cover', payer: 'poverty', zh: '兜底', en: 'Cover', groups: ['poverty'], base: 'own', 'own-at-most-percent': 10, bands: [{ percent: 100 }] },
];
const set = (state: string, version: number, more: Record<string, string | number | boolean> = {}) => group('rules', { id: 'region', version, state, source: '某市医保〔2026〕1 号', from: '2026-01-01', spec: JSON.stringify({ rules }), own: false, tried: true, ...more });
const split = (is: string, own: string, paid: string) => group('split', { is, rules: is === 'tried' ? 'region/2' : 'region/1', total: '250.00', eligible: '240.00', own }, group('share', { payer: 'basic', name: '职工', amount: paid }), group('reckoning', { payer: 'basic', what: 'band', base: '240.00', percent: 60, amount: paid }));

const answering = ({ path, query }: Asked): unknown => {
  switch (path) {
    case '$price-items':
      return query.get('q') === 'x' ? parameters() : parameters(group('item', item));
    case '$price-check':
      return parameters(group('line', { ...item, number: 2, effect: 'new', before: '18.00' }), group('line', { ...item, number: 3, effect: 'same' }));
    case '$price-load':
      return parameters({ name: 'changed', valueInteger: 1 });
    case '$settlement-rules':
      return parameters(set('live', 1), set('draft', 2));
    case '$settlement-rule':
      return parameters({ name: 'rules', part: [{ name: 'id', valueCode: 'region' }, part('version', 2)] });
    case '$settlement-trial':
      return parameters(split('tried', '106.00', '144.00'), split('in-force', '130.00', '120.00'));
    default:
      return parameters();
  }
};

describe('Prices', () => {
  test('are searched for by words and day, which stand in the address', async () => {
    const asked = platform(answering);
    await open(<PricesPage />, { at: '/?day=2026-05-01' });
    expect((await screen.findByRole('row', { name: /血常规/ })).textContent).toBe('2501血常规¥20.00次乙 先自付 20%三级2026-01-01 起');
    await userEvent.type(screen.getByLabelText('编码或名称'), 'x');
    await userEvent.click(screen.getByRole('button', { name: /查\s*找/ }));
    expect(await screen.findByText('这一天没有这样的项目')).toBeTruthy();
    expect(asked.at(-1)?.query.toString()).toBe('day=2026-05-01&q=x');
  });

  test('are loaded after a look at what would change', async () => {
    const asked = platform(answering);
    await open(<PricesPage />);
    await userEvent.click(await screen.findByRole('button', { name: '导入价目表' }));
    await userEvent.type(screen.getByLabelText('或粘贴价目表'), 'a list');
    expect(screen.getByRole<HTMLButtonElement>('button', { name: '导入 0 项' }).disabled).toBe(true);
    await userEvent.click(screen.getByRole('button', { name: '先看会改什么' }));
    const found = within(await screen.findByRole('region', { name: '会改什么' }));
    expect(found.getAllByRole('row')[1]?.textContent).toContain('¥18.00¥20.00');
    expect(found.getAllByRole('row')).toHaveLength(2);
    await userEvent.click(screen.getByRole('button', { name: '导入 1 项' }));
    expect(await screen.findByText('已导入 1 项。')).toBeTruthy();
    expect(asked.find(({ path }) => path === '$price-load')?.body).toMatchObject({ parameter: [{ name: 'list', valueString: 'a list' }] });
  });

  test('are not loaded while a line is wrong; each is named', async () => {
    platform((one) => (one.path === '$price-check' ? parameters(group('line', { ...item, number: 2, effect: 'clash' }), group('fault', { number: 3, what: 'price' }), group('fault', { number: 4, what: 'columns' })) : answering(one)));
    await open(<PricesPage />);
    await userEvent.click(await screen.findByRole('button', { name: '导入价目表' }));
    await userEvent.type(screen.getByLabelText('或粘贴价目表'), 'a list');
    await userEvent.click(screen.getByRole('button', { name: '先看会改什么' }));
    expect(await screen.findByText('第 3 行：单价（元）有误')).toBeTruthy();
    expect(screen.getByText('第 4 行：列数有误')).toBeTruthy();
    expect(screen.getByRole<HTMLButtonElement>('button', { name: '导入 0 项' }).disabled).toBe(true);
  });

  test('say what failed, and that they load', async () => {
    platform(() => new Refused(403, 'forbidden', '您无权查看。'));
    await open(<PricesPage />);
    expect(await screen.findByText('您无权查看。')).toBeTruthy();
  });

  test('show lines in the shape of what comes while they load', async () => {
    platform(() => never);
    await open(<PricesPage />);
    expect(screen.getByRole('status', { name: '正在读取' })).toBeTruthy();
  });
});

describe('Rules', () => {
  test('are read in the order in which payers pay', async () => {
    platform(answering);
    await open(<RulesPage />, { at: '/?set=region/1' });
    const order = within(await screen.findByRole('region', { name: '支付顺序' }));
    const [first, second] = order.getAllByRole('heading', { level: 3 });
    expect([first?.textContent, second?.textContent]).toEqual(['基本医保职工住院', '兜底保障兜底']);
    expect(order.getByText('职工医保 · 住院')).toBeTruthy();
    expect(order.getAllByRole('row').map(({ textContent }) => textContent)).toEqual(['分段一级二级三级', '起付（每次）¥200.00¥500.00¥900.00', '¥30,000.00 以内92%88%84%', '¥30,000.00 以上95%93%90%', '分段各级', '支付比例100%']);
    expect(order.getByText('每年 ¥250,000.00')).toBeTruthy();
    // Wider than a phone: a table moves in its own frame, by keyboard, too.
    expect(order.getByRole('region', { name: '职工住院：分段与比例' }).tabIndex).toBe(0);
    expect(order.getByText('个人负担超过总费用 10% 的部分')).toBeTruthy();
  });

  test('share a bill that is made up by the draft and by what is in force', async () => {
    const asked = platform(answering);
    await open(<RulesPage />);
    await userEvent.click(await screen.findByRole('checkbox', { name: '经转诊' }));
    await userEvent.click(screen.getByRole('button', { name: /^试\s*算$/ }));
    const result = within(await screen.findByRole('status', { name: '试算结果' }));
    expect(result.getAllByRole('row').map(({ textContent }) => textContent)).toEqual(['支付方这一版 region/2现行 region/1差', '基本医保¥144.00¥240.00 × 60% = ¥144.00¥120.00¥240.00 × 60% = ¥120.00+¥24.00', '个人自付¥106.00¥130.00-¥24.00', '总费用¥250.00¥250.00']);
    expect(JSON.stringify(asked.find(({ path }) => path === '$settlement-trial')?.body)).toContain('"mark","valueString":"referred"');
  });

  test('are brought into force by another, after a trial', async () => {
    const asked = platform(answering);
    await open(<RulesPage />);
    const live = await screen.findByRole<HTMLButtonElement>('button', { name: /发\s*布/ });
    expect(live.disabled).toBe(true);
    await userEvent.type(screen.getByLabelText('理由'), '复核无误');
    await userEvent.click(live);
    expect(asked.find(({ path }) => path === '$settlement-rule-step')?.body).toMatchObject({ parameter: [{}, { valueString: '2' }, { valueString: 'go-live' }, { valueString: '复核无误' }] });
  });

  test.each([
    [{ own: true }, '您是起草人：须由另一人决定。'],
    [{ tried: false }, '发布前须先试算一次。'],
  ])('say what is in the way: %o', async (more, sentence) => {
    platform((one) => (one.path === '$settlement-rules' ? parameters(set('draft', 2, more)) : answering(one)));
    await open(<RulesPage />);
    expect(await screen.findByText(sentence)).toBeTruthy();
    await userEvent.type(screen.getByLabelText('理由'), '复核无误');
    expect(screen.getByRole<HTMLButtonElement>('button', { name: /发\s*布/ }).disabled).toBe(true);
  });

  test('are drafted from another; what was typed stays when it is refused', async () => {
    platform((one) => (one.path === '$settlement-rule' ? new Refused(400, 'invalid', '结算规则有误，请检查：id。') : answering(one)));
    await open(<RulesPage />);
    await userEvent.click(await screen.findByRole('button', { name: '据此起草' }));
    await userEvent.click(screen.getByRole('button', { name: '存为草稿' }));
    expect(await screen.findByText('结算规则有误，请检查：id。')).toBeTruthy();
    expect(screen.getByLabelText<HTMLTextAreaElement>('规则（JSON）').value).toContain('own-at-most-percent');
  });

  test('say that there are none', async () => {
    platform(() => parameters());
    await open(<RulesPage />);
    expect(await screen.findByText('还没有结算规则')).toBeTruthy();
  });
});
