import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { ReactNode } from 'react';
import { beforeAll, describe, expect, test } from 'vitest';
import en from '../../shared/i18n/en';
import { startTranslation } from '../../shared/i18n/i18n';
import zh from '../../shared/i18n/zh';
import { open, platform, Refused, type Asked } from '../../test/platform';
import { numbersOf, parsed, withNumber, withText } from './spec';

const SPEC = {
  rule: 'more-than-five-drugs',
  kind: 'more-drugs',
  with: { most: 5 },
  severity: 'block',
  code: '1-11',
  title: { zh: '超过五种药品', en: 'More than five drugs' },
  says: { zh: '本处方有 {count} 种药品，不得超过 {most} 种。', en: '{count} drugs; {most} at most.' },
  source: { zh: '医院处方点评项目表', en: 'table of comment items' },
  cases: [
    { fires: true, items: [{ drug: 'amlodipine' }] },
    { fires: false, items: [] },
  ],
};

const parameters = (...parameter: unknown[]) => ({ resourceType: 'Parameters', parameter });
const part = (name: string, value: string | number | boolean) => ({ name, ...(typeof value === 'number' ? { valueInteger: value } : typeof value === 'boolean' ? { valueBoolean: value } : { valueString: value }) });
const rule = (state: string, version: number, more: Record<string, string | number | boolean> = {}) => ({
  name: 'rule',
  part: Object.entries({ rule: SPEC.rule, version, state, shipped: version < 1001, kind: SPEC.kind, severity: SPEC.severity, code: SPEC.code, title: SPEC.title.zh, source: SPEC.source.zh, spec: JSON.stringify(SPEC), ...more }).map(([name, value]) => part(name, value)),
});
const result = { name: 'result', part: [part('prescriptions', 120), part('fired', '<5'), part('unknown', 3)] };

async function as(role: string, page: ReactNode, path: string, at: string, own: (asked: Asked) => unknown = () => undefined) {
  const log = platform((asked) => {
    const said = own(asked);
    if (said !== undefined) return said;
    if (asked.path === '/access/me') return { name: '某某', role, account: 'a', patients: [], institution: '' };
    if (asked.path === '$review-rules') return parameters(rule('live', 1), rule('draft', 1001, { made: '2026-11-26T00:00:00Z', madeBy: 'operator' }));
    if (asked.path === '$review-rule-try') return parameters(result);
    if (asked.path === '$review-rule') return parameters(rule('draft', 1002));
    return parameters();
  });
  const opened = await open(page, { account: true, path, at });
  return { log, ...opened };
}

const sent = (log: Asked[], path: string) => Object.fromEntries((log.find((one) => one.path === path)?.body as { parameter: { name: string; valueString: string }[] }).parameter.map(({ name, valueString }) => [name, valueString]));

beforeAll(() => startTranslation({ zh, en: () => Promise.resolve(en) }));

describe('Rules of review', () => {
  test('are listed with severity, code, source, version and state, and sifted by them', async () => {
    const { RulesPage } = await import('./RulesPage');
    await as('regulator', <RulesPage />, '/review', '/review');
    const rows = within(await screen.findByRole('table')).getAllByRole('row');
    expect(rows[1]!.textContent).toMatch(/超过五种药品.*第 1 版.*自带.*须修改.*1-11.*生效.*医院处方点评项目表/);
    await userEvent.selectOptions(screen.getByLabelText('状态'), 'draft');
    await waitFor(() => expect(within(screen.getByRole('table')).getAllByRole('row')).toHaveLength(2));
    await userEvent.type(screen.getByLabelText('名称、编号或类别'), 'nothing');
    await screen.findByText('没有符合条件的规则');
  });

  test('have their thresholds and sentences as fields; what is changed is tried as it is written and kept as a draft', async () => {
    const { RulePage } = await import('./RulePage');
    const { log, router } = await as('operator', <RulePage />, '/review/rules/:rule/:version', '/review/rules/more-than-five-drugs/1');
    const most = await screen.findByLabelText('most');
    expect((await screen.findByRole<HTMLButtonElement>('button', { name: '存为新草稿' })).disabled).toBe(true);
    await userEvent.clear(most);
    await userEvent.type(most, '4');
    await userEvent.click(screen.getByRole('button', { name: '开始试运行' }));
    await screen.findByText('审查了 120 张处方，触发 <5 张；3 张含知识库没有的药。');
    expect(JSON.parse(sent(log, '$review-rule-try')['spec'] ?? '')).toMatchObject({ with: { most: 4 } });
    await userEvent.click(screen.getByRole('button', { name: '存为新草稿' }));
    await waitFor(() => expect(router.state.location.pathname).toBe('/review/rules/more-than-five-drugs/1002'));
    expect(JSON.parse(sent(log, '$review-rule')['spec'] ?? '')).toEqual({ ...SPEC, with: { most: 4 } });
  });

  test('go live with a reason; who drafted one is told that somebody else decides', async () => {
    const { RulePage } = await import('./RulePage');
    const { log } = await as('operator', <RulePage />, '/review/rules/:rule/:version', '/review/rules/more-than-five-drugs/1001', ({ path }) => (path === '$review-rule-step' ? new Refused(403, 'forbidden', '须由另一人决定。') : undefined));
    await screen.findByText('还没有试运行，不能生效。');
    await userEvent.click(screen.getByRole('button', { name: '生效' }));
    await screen.findByText('至少写 4 个字。');
    await userEvent.type(screen.getByLabelText('理由'), '核对无误');
    await userEvent.click(screen.getByRole('button', { name: '开始试运行' }));
    await waitFor(() => expect(sent(log, '$review-rule-try')).toMatchObject({ rule: 'more-than-five-drugs', version: '1001' }));
    await userEvent.click(screen.getByRole('button', { name: /^生效/ }));
    await screen.findByText('须由另一人决定。');
    expect(sent(log, '$review-rule-step')).toEqual({ rule: 'more-than-five-drugs', version: '1001', step: 'go-live', reason: '核对无误' });
  });

  test('are read by regulators, who change nothing', async () => {
    const { RulePage } = await import('./RulePage');
    await as('regulator', <RulePage />, '/review/rules/:rule/:version', '/review/rules/more-than-five-drugs/1001');
    expect((await screen.findByLabelText<HTMLInputElement>('most')).disabled).toBe(true);
    for (const name of ['存为新草稿', '开始试运行', '生效']) expect(screen.queryByRole('button', { name })).toBeNull();
  });

  test('keep members that the form does not know', () => {
    const spec = parsed('{"rule":"x","note":"kept","with":{"most":5,"of":"long"}}')!;
    expect(numbersOf(spec)).toEqual([['most', 5]]);
    expect(withText(withNumber(spec, 'most', 4), 'says', 'zh', '四种')).toEqual({ rule: 'x', note: 'kept', with: { most: 4, of: 'long' }, says: { zh: '四种' } });
    expect(parsed('{')).toBeUndefined();
    expect(parsed('[]')).toBeUndefined();
  });
});

describe('Knowledge of drugs', () => {
  const knowledge = parameters({ name: 'inForce', part: [part('title', '演示用药知识库'), part('version', '1'), part('source', '一般知识'), part('verified', false), part('drugs', 300), part('interactions', 80)] });
  const faulty = { resourceType: 'OperationOutcome', issue: [['drugs[0].kind', '缺少 kind。'], ['drugs[0].name.en', '缺少英文名。']].map(([place, text]) => ({ severity: 'error', code: 'invalid', details: { text }, expression: [place] })) };

  test('says that it is a demonstration, and tells every fault of a file with its place', async () => {
    const { KnowledgePage } = await import('./KnowledgePage');
    const refused = new Refused(400, 'invalid', '');
    Object.assign(refused, { outcome: faulty });
    const { log } = await as('operator', <KnowledgePage />, '/review/knowledge', '/review/knowledge', ({ path }) => (path === '$drug-knowledge' ? knowledge : path === '$drug-knowledge-load' ? refused : undefined));
    await screen.findByText('这是演示知识，由一般知识写成，未经核实。不得据此诊疗。');
    await userEvent.upload(screen.getByLabelText('知识库文件'), new File(['{"drugs":[{}]}'], 'base.json', { type: 'application/json' }));
    await screen.findByText('文件有 2 处错误，没有接收');
    screen.getByText('drugs[0].kind');
    screen.getByText('缺少英文名。');
    const body = log.find(({ path }) => path === '$drug-knowledge-load')?.body as { parameter: { valueAttachment: { data: string } }[] };
    expect(atob(body.parameter[0]!.valueAttachment.data)).toBe('{"drugs":[{}]}');
  });
});
