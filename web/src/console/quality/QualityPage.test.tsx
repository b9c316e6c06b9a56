import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, test } from 'vitest';
import { bundleOf, never, open, platform, Refused, type Asked } from '../../test/platform';
import { residentOf } from './FindingList';
import { byRule, daysBefore, floorOf, pointsOf, QualityPage } from './QualityPage';
import { linesOf, ReportPage } from './ReportPage';
import { RulesPage } from './RulesPage';
import type { RuleScore, Score } from './useQuality';

type Values = Record<string, unknown>;

const parameters = (name: string, ...all: Values[]) => ({
  resourceType: 'Parameters',
  parameter: all.map((values) => ({
    name,
    part: Object.entries(values).flatMap(([part, value]): unknown[] =>
      Array.isArray(value)
        ? value.map((one: Values) => ({ name: part, part: Object.entries(one).map(([inner, text]) => ({ name: inner, ...(typeof text === 'number' ? { valueDecimal: text } : { valueString: text }) })) }))
        : [{ name: part, ...(typeof value === 'number' ? { valueDecimal: value } : part === 'institution' || part === 'record' ? { valueReference: { reference: value } } : part === 'day' ? { valueDate: value } : { valueString: value }) }],
    ),
  })),
});

const score = { records: 120, checks: 1000, failed: 20, score: 98, opened: 12, closed: 5, dimension: [{ dimension: 'validity', checks: 400, failed: 20, score: 95 }] };
const rule = { institution: 'Organization/h', rule: 'patient-sex', title: '居民有性别', dimension: 'completeness', severity: 'error', dataset: 'Patient', open: 7, checks: 100, failed: 7, score: 93 };
const finding = { id: 'f1', rule: 'patient-sex', title: '居民有性别', advice: '填写 gender。', dimension: 'completeness', severity: 'error', dataset: 'Patient', record: 'Patient/p', path: 'Patient.gender', state: 'detected', times: 1, found: '2026-11-26T01:00:00Z' };

function answer({ path, query }: Asked): unknown {
  switch (path) {
    case '$quality-score':
      return query.get('by') === 'institution' ? parameters('score', { institution: 'Organization/h', ...score }) : query.get('by') === 'day' ? parameters('score', { day: '2026-11-20', ...score }) : parameters('score', score);
    case '$quality-open':
      return parameters('rule', rule);
    case '$quality-findings':
      return parameters('finding', finding);
    case '$quality-finding':
      return parameters('finding', { ...finding, step: [{ at: '2026-11-26T02:00:00Z', step: 'fail-again', by: 'platform' }] });
    case 'Organization':
      return bundleOf([{ resourceType: 'Organization', id: 'h', name: '县医院' }]);
    case 'Patient/p':
      return { resourceType: 'Patient', id: 'p' };
    default:
      return { resourceType: 'Parameters' };
  }
}

async function as(role: string, page: React.ReactNode, own: (asked: Asked) => unknown = () => undefined, at = '/quality'): Promise<Asked[]> {
  const asked = platform((one) => own(one) ?? (one.path === '/access/me' ? { name: '某某', role, account: 'a', patients: [], institution: role === 'practitioner' ? 'h' : '' } : answer(one)));
  await open(page, { account: true, path: '/quality', at });
  return asked;
}

describe('Data quality', () => {
  test('shows what can be wrong first, and the worst institution by name', async () => {
    await as('regulator', <QualityPage />);
    expect((await screen.findAllByText('98.0%')).length).toBeGreaterThan(0);
    expect(await screen.findAllByText('12')).not.toEqual([]);
    await screen.findByRole('button', { name: '县医院' });
    await screen.findByText('请先选择一个机构');
  });

  test('leads from an institution to its findings, and says which are looked at', async () => {
    const asked = await as('regulator', <QualityPage />);
    await userEvent.click(await screen.findByRole('button', { name: '县医院' }));
    await screen.findByText(/Patient\.gender/);
    expect(asked.find(({ path }) => path === '$quality-findings')?.query.get('institution')).toBe('h');
    await userEvent.click(screen.getByRole('button', { name: '详情' }));
    await screen.findByText('改法：填写 gender。');
    await screen.findByText(/仍不通过 · 平台/);
    expect(screen.queryByRole('button', { name: '豁免' }), 'a regulator decides nothing').toBeNull();
    expect(screen.queryByRole('button', { name: '已改' })).toBeNull();
  });

  test('shows staff their own institution and asks for no other', async () => {
    const asked = await as('practitioner', <QualityPage />);
    await screen.findByText(/Patient\.gender/);
    expect(screen.queryByLabelText('机构')).toBeNull();
    expect(asked.filter(({ path }) => path === '$quality-findings').every(({ query }) => query.get('institution') === 'h')).toBe(true);
  });

  test('lets staff assign with a name, and keeps what is typed when it is refused', async () => {
    const asked = await as('practitioner', <QualityPage />, ({ path }) => (path === '$quality-step' ? new Refused(422, 'business-rule', '当前状态为 verified，不能执行 assign。') : undefined));
    await userEvent.click(await screen.findByRole('button', { name: '详情' }));
    await userEvent.click(await screen.findByRole('button', { name: '分派' }));
    const field = await screen.findByLabelText<HTMLInputElement>('由谁处理');
    await userEvent.type(field, '李工');
    await userEvent.click(screen.getByRole('button', { name: '分派' }));
    await screen.findByText(/不能执行 assign/);
    expect(field.value).toBe('李工');
    expect(asked.find(({ path }) => path === '$quality-step')?.body).toMatchObject({ parameter: [{ valueString: 'f1' }, { valueString: 'assign' }, { valueString: '李工' }] });
  });

  test('lets an operator waive only with a reason, and shows no record that may not be seen', async () => {
    const without: Values = { ...finding };
    delete without['record'];
    const asked = await as('operator', <QualityPage />, ({ path }) => (path === '$quality-findings' || path === '$quality-finding' ? parameters('finding', without) : undefined), '/quality?institution=h');
    await userEvent.click(await screen.findByRole('button', { name: '详情' }));
    await screen.findByText('您看不到这条记录，只能看到问题本身。');
    expect(screen.queryByRole('button', { name: '查看记录' })).toBeNull();
    await userEvent.click(await screen.findByRole('button', { name: '豁免' }));
    const button = screen.getByRole<HTMLButtonElement>('button', { name: '豁免' });
    expect(button.disabled).toBe(true);
    await userEvent.type(screen.getByLabelText(/豁免的理由/), '新生儿待定');
    await userEvent.click(button);
    await expect.poll(() => asked.find(({ path }) => path === '$quality-step')?.body).toMatchObject({ parameter: [{ valueString: 'f1' }, { valueString: 'waive' }, { valueString: '新生儿待定' }] });
  });

  test('opens the record behind a finding with the reader’s own rights', async () => {
    await as('practitioner', <QualityPage />);
    await userEvent.click(await screen.findByRole('button', { name: '详情' }));
    await userEvent.click(await screen.findByRole('button', { name: '查看记录' }));
    await screen.findByText(/"resourceType": "Patient"/);
    expect((await screen.findByRole('link', { name: '打开居民档案' })).getAttribute('href')).toContain('/residents/p');
  });

  test('keeps its shape while it loads', async () => {
    await as('regulator', <QualityPage />, ({ path }) => (path === '$quality-score' ? never : undefined));
    await expect.poll(() => screen.queryAllByRole('status', { name: '正在读取' }).length).toBeGreaterThan(2);
  });

  test('says in the server’s sentence why it is not shown', async () => {
    await as('regulator', <QualityPage />, ({ path }) => (path.startsWith('$quality') ? new Refused(403, 'forbidden', '只能查看本机构的数据质量。') : undefined));
    await expect.poll(() => screen.queryAllByText('只能查看本机构的数据质量。').length).toBeGreaterThan(2);
  });

  test('says when nothing was checked', async () => {
    await as('regulator', <QualityPage />, ({ path }) => (path.startsWith('$quality') ? { resourceType: 'Parameters' } : undefined));
    await expect.poll(() => screen.queryAllByText('这段时间没有检查过记录').length).toBeGreaterThan(1);
  });
});

describe('Quality rules', () => {
  const one = { rule: 'patient-sex', version: 1, state: 'active', dataset: 'Patient', dimension: 'completeness', severity: 'error', title: '居民有性别', advice: '填写 gender。', source: 'from general knowledge', spec: '{"rule":"patient-sex"}' };
  const draft = { ...one, rule: 'own-rule', version: 1001, state: 'draft', title: '自拟规则' };
  const rules = ({ path }: Asked) => (path === '$quality-rules' ? parameters('rule', one, draft) : undefined);

  test('are only read by who oversees', async () => {
    const asked = await as('regulator', <RulesPage />, rules);
    await screen.findByText('自拟规则');
    expect(screen.queryByRole('button', { name: '试运行' })).toBeNull();
    expect(asked.map(({ path }) => path)).not.toContain('$quality-runs');
  });

  test('are tried, and put in force against the platform’s advice only by asking twice', async () => {
    const asked = await as('operator', <RulesPage />, (one) =>
      one.path === '$quality-try'
        ? { resourceType: 'Parameters', parameter: [{ name: 'records', valueDecimal: 200 }, { name: 'passes', valueDecimal: 150 }, { name: 'fails', valueDecimal: 30 }, { name: 'notAsked', valueDecimal: 20 }, { name: 'cannotTell', valueDecimal: 0 }] }
        : one.path === '$quality-rule-step'
          ? new Refused(422, 'business-rule', '多数记录不符合此规则')
          : rules(one),
    );
    const line = within((await screen.findByText('自拟规则')).closest('li')!);
    await userEvent.click(line.getByRole('button', { name: '试运行' }));
    await line.findByText(/通过 150，不通过 30/);
    await userEvent.click(line.getByRole('button', { name: '启用' }));
    await line.findByText('多数记录不符合此规则');
    await userEvent.click(line.getByRole('button', { name: '仍要启用' }));
    await expect.poll(() => asked.filter(({ path }) => path === '$quality-rule-step').length).toBe(2);
    expect(JSON.stringify(asked.filter(({ path }) => path === '$quality-rule-step')[1]!.body)).toContain('confirm');
  });

  test('are taken out only when it is said twice', async () => {
    const asked = await as('operator', <RulesPage />, rules);
    const line = within((await screen.findByText('居民有性别')).closest('li')!);
    await userEvent.click(line.getByRole('button', { name: '停用' }));
    expect(asked.some(({ path }) => path === '$quality-rule-step')).toBe(false);
    await userEvent.click(line.getByRole('button', { name: /确认停用/ }));
    await expect.poll(() => asked.some(({ path }) => path === '$quality-rule-step')).toBe(true);
  });
});

describe('The yearly report', () => {
  const report = {
    resourceType: 'MeasureReport' as const,
    status: 'pending' as const,
    type: 'summary' as const,
    measure: 'x',
    reporter: { reference: 'Organization/h' },
    period: { start: '2026-01-01', end: '2026-12-31' },
    group: [{ code: { coding: [{ code: 'Patient' }] }, population: [{ code: { coding: [{ code: 'initial-population' }] }, count: 5 }, { code: { coding: [{ code: 'denominator' }] }, count: 50 }, { code: { coding: [{ code: 'numerator' }] }, count: 49 }], measureScore: { value: 98 }, stratifier: [{ stratum: [{ value: { coding: [{ code: 'validity' }] }, measureScore: { value: 90 } }] }] }],
  };

  test('reads a MeasureReport', () => {
    expect(linesOf(report)).toEqual([{ dataset: 'Patient', records: 5, checks: 50, passed: 49, score: 98, dimensions: { validity: 90 } }]);
  });

  test('is a table for each institution', async () => {
    await as('regulator', <ReportPage />, ({ path }) => (path === '$quality-report' ? bundleOf([report]) : undefined));
    await screen.findByRole('heading', { name: '县医院' });
    await screen.findByText('综合得分 98.0%');
    await screen.findByText('90.0%');
    await screen.findByText('本年度尚未结束，数值仍会变化。');
  });
});

describe('Figures', () => {
  test('of days leave gaps where nothing came', () => {
    const of = (day: string) => ({ day, score: 99 }) as Score;
    expect(pointsOf([of('2026-11-30')], { institution: undefined, from: '2026-11-29', to: '2026-12-01' })).toEqual([
      { day: '2026-11-29', value: undefined },
      { day: '2026-11-30', value: 99 },
      { day: '2026-12-01', value: undefined },
    ]);
    expect(daysBefore('2026-03-01', 1)).toBe('2026-02-28');
  });

  test('begin their axis below the least value', () => {
    expect(floorOf([99.2, undefined, 97.5])).toBe(95);
    expect(floorOf([3])).toBe(0);
    expect(floorOf([])).toBe(95);
  });

  test('of several institutions are added up by rule', () => {
    const of = (institution: string, rule: string, open: number) => ({ institution, rule, open, checks: 10, failed: 1 }) as RuleScore;
    expect(byRule([of('a', 'x', 1), of('b', 'x', 4), of('a', 'y', 3)])).toMatchObject([
      { rule: 'x', open: 5, institutions: 2, checks: 20 },
      { rule: 'y', open: 3, institutions: 1 },
    ]);
  });

  test('name the resident that a record is about', () => {
    expect(residentOf({ resourceType: 'Patient', id: 'p' })).toBe('p');
    expect(residentOf({ resourceType: 'Observation', status: 'final', code: {}, subject: { reference: 'Patient/q' } })).toBe('q');
    expect(residentOf({ resourceType: 'Organization' })).toBeUndefined();
  });
});
