import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import { today } from '../../shared/format/dates';
import { open, platform, Refused, type Asked } from '../../test/platform';
import { OwnPage } from './OwnPage';

const parameters = (...parameter: unknown[]) => ({ resourceType: 'Parameters', parameter });
const code = (name: string, valueCode: string) => ({ name, valueCode });
const at = (name: string, valueInstant: string) => ({ name, valueInstant });
const to = (name: string, reference: string, display?: string) => ({ name, valueReference: { reference, display } });
const text = (name: string, valueString: string) => ({ name, valueString });
const hospital = to('institution', 'Organization/h', '第一互联网医院');
const hit = { name: 'hit', part: [text('key', 'small-hours|Encounter/e1'), code('rule', 'small-hours'), text('title', '深夜接诊'), text('sentence', '02:10 接诊'), at('at', '2026-11-25T18:10:00Z'), hospital] };
const complaint = [to('task', 'Task/k1'), code('state', 'open'), code('kind', 'parcel'), hospital, at('opened', '2026-11-25T08:00:00Z'), at('deadline', '2026-11-30T08:00:00Z')];

function answers(own: (asked: Asked) => unknown = () => undefined): Asked[] {
  return platform((asked) => {
    const told = own(asked);
    if (told !== undefined) return told;
    switch (asked.path) {
      case '$supervision-cases':
        return parameters({ name: 'case', part: [to('task', 'Task/c1'), code('state', 'warned'), hospital, at('opened', '2026-11-25T08:00:00Z'), at('deadline', '2026-12-02T08:00:00Z')] });
      case 'Task/c1/$supervision-case':
        return parameters(code('state', 'warned'), at('deadline', '2026-12-02T08:00:00Z'), code('step', 'rectify'), to('evidence', 'Encounter/e1/_history/3'), { name: 'note', part: [code('step', 'warn'), text('by', 'inspector'), at('at', '2026-11-25T08:00:00Z'), text('words', '请整改')] }, hit);
      case 'Task/c1/$supervision-rectify':
        return new Refused(404, 'not-found', '没有这份证据');
      case '$supervision-scores':
        return parameters({ name: 'score', part: [hospital, { name: 'visits', valueInteger: 120 }, { name: 'score', valueDecimal: 94.2 }, { name: 'taken', part: [code('rule', 'small-hours'), text('title', '深夜接诊'), { name: 'hits', valueInteger: 7 }, text('lost', '5.8')] }] });
      case '$rating-figures':
        return parameters({ name: 'figure', part: [hospital, code('care', 'online'), { name: 'count', valueInteger: 6 }, { name: 'mean', valueDecimal: 4.17 }, { name: 'low', valueDecimal: 0.17 }] });
      case '$supervision-hits':
        return parameters(hit);
      case '$complaints':
        return parameters({ name: 'complaint', part: complaint });
      case 'Task/k1/$complaint':
        return parameters(...complaint, to('patient', 'Patient/p', '马秀兰'), code('step', 'answer'), { name: 'note', part: [code('step', 'complain'), code('by', 'resident'), at('at', '2026-11-25T08:00:00Z'), text('words', '药没有送到')] });
      case 'Task/k1/$complaint-step':
        return parameters(...complaint);
      default:
        throw new Error(`${asked.method} ${asked.path}`);
    }
  });
}

test('A case shows deadline, hits and evidence, and is answered in words that a refusal keeps', async () => {
  const log = answers();
  await open(<OwnPage />);
  await screen.findByText('请整改');
  screen.getByText('Encounter/e1/_history/3');
  expect(screen.queryByRole('link', { name: '回放' })).toBeNull();
  await userEvent.type(screen.getByLabelText('说明'), '已停止深夜接诊');
  await userEvent.type(screen.getByLabelText(/证据，如/), 'DocumentReference/9');
  await userEvent.click(screen.getByRole('button', { name: '提交整改' }));
  await screen.findByText('没有这份证据');
  expect((screen.getByLabelText('说明') as HTMLTextAreaElement).value).toBe('已停止深夜接诊');
  expect(JSON.stringify(log.find(({ path }) => path === 'Task/c1/$supervision-rectify')?.body)).toContain('DocumentReference/9');
});

test('A complaint says who complains and by when it is answered', async () => {
  const log = answers();
  await open(<OwnPage />);
  await userEvent.click(await screen.findByText('投诉', { selector: '.ant-segmented-item-label' }));
  await screen.findByText('药没有送到');
  expect(screen.getByText(/投诉人 马秀兰/).textContent).toContain('答复期限');
  await userEvent.type(screen.getByLabelText('说明'), '今天补送');
  await userEvent.click(screen.getByRole('button', { name: '答复' }));
  expect(JSON.stringify(log.find(({ path }) => path === 'Task/k1/$complaint-step')?.body)).toContain('今天补送');
});

test('The score is explained by its hits', async () => {
  answers();
  await open(<OwnPage />);
  await userEvent.click(await screen.findByText('得分', { selector: '.ant-segmented-item-label' }));
  const score = await screen.findByRole('region', { name: '本月得分' });
  within(score).getByText('94.2');
  within(score).getByText('深夜接诊 7 次 −5.8');
  screen.getByText('02:10 接诊');
  within(screen.getByRole('region', { name: /满意度/ })).getByText('6 份 · 平均 4.17 分 · 低分 17%');
});

test('The score is explained by what counts of this month, page by page', async () => {
  const line = (number: number, flag?: string) => ({ name: 'hit', part: [text('key', `small-hours|Encounter/e${number}`), code('rule', 'small-hours'), text('title', '深夜接诊'), text('sentence', `第 ${number} 次`), at('at', '2026-11-25T18:10:00Z'), ...(flag ? [{ name: flag, valueBoolean: true }] : [])] });
  let fails = true;
  const log = answers(({ path, query }) => {
    if (path !== '$supervision-hits') return undefined;
    if (!query.has('after')) return parameters(line(1), line(2, 'trial'), line(3, 'stopped'), line(4, 'cleared'), at('next', '2026-11-20T00:00:00Z'));
    return fails ? new Refused(503, 'transient', '请稍后再试') : parameters(line(5));
  });
  await open(<OwnPage />, { path: '/', at: '/?part=score' });
  await screen.findByText('第 1 次');
  for (const other of ['第 2 次', '第 3 次', '第 4 次']) expect(screen.queryByText(other)).toBeNull();
  await userEvent.click(screen.getByRole('button', { name: '更早的' }));
  const again = await screen.findByRole('button', { name: '重试' });
  fails = false;
  await userEvent.click(again);
  await screen.findByText('第 5 次');
  screen.getByText('第 1 次');
  const asked = log.filter(({ path }) => path === '$supervision-hits');
  expect(asked[0]?.query.get('from')).toBe(`${today().slice(0, 7)}-01`);
  expect(asked.at(-1)?.query.get('after')).toBe('2026-11-20T00:00:00Z');
});

test('Nothing asked of the institution is said so', async () => {
  answers(({ path }) => (path === '$supervision-cases' ? parameters() : undefined));
  await open(<OwnPage />);
  await screen.findByText('没有监管案件');
});
