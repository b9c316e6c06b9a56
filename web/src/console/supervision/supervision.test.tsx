import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test, vi } from 'vitest';
import en from '../../shared/i18n/en/supervision.json';
import zh from '../../shared/i18n/zh/supervision.json';
import { open, platform, Refused, type Asked } from '../../test/platform';
import { CasesPage } from './CasesPage';
import { ReplayPage } from './ReplayPage';
import { RulesPage } from './RulesPage';
import { SupervisionPage } from './SupervisionPage';

const parameters = (...parameter: unknown[]) => ({ resourceType: 'Parameters', parameter });
const group = (name: string, values: Record<string, unknown>) => ({
  name,
  part: Object.entries(values).map(([part, value]) =>
    typeof value === 'number' ? { name: part, valueInteger: value } : typeof value === 'boolean' ? { name: part, valueBoolean: value } : typeof value === 'object' ? { name: part, valueReference: value } : { name: part, valueString: value },
  ),
});
const hospital = { reference: 'Organization/h', display: '第一互联网医院' };
const hit = group('hit', {
  key: 'small-hours|Encounter/e1',
  rule: 'small-hours',
  title: '深夜接诊',
  sentence: '02:10 接诊，在 00:00 至 05:30 之间',
  source: '一般知识，未经核实',
  version: '1',
  at: '2026-11-25T18:10:00Z',
  encounter: { reference: 'Encounter/e1' },
  institution: hospital,
  doctor: { reference: 'Practitioner/d', display: '李医生' },
});

const answering = ({ path, method }: Asked) => {
  switch (path) {
    case '$supervision-figures':
      return parameters(group('figure', { rule: 'small-hours', title: '深夜接诊', today: 0, yesterday: 2, month: 7, 'last-month': 5 }));
    case '$supervision-hits':
      return parameters(hit);
    case '$supervision-scores':
      return parameters(group('formula', { start: 100, per: 100, least: 100, most: 30 }), { name: 'score', part: [{ name: 'institution', valueReference: hospital }, { name: 'visits', valueInteger: 120 }, { name: 'score', valueDecimal: 94.2 }, group('taken', { rule: 'small-hours', title: '深夜接诊', hits: 7, lost: '5.8' })] });
    case '$rating-figures':
      return parameters();
    case '$supervision-cases':
      return parameters(group('case', { task: { reference: 'Task/c1' }, state: 'rectified', institution: hospital, opened: '2026-11-25T08:00:00Z' }));
    case 'Task/c1/$supervision-case':
      return parameters({ name: 'state', valueCode: 'rectified' }, { name: 'step', valueCode: 'verify' }, { name: 'step', valueCode: 'send-back' }, { name: 'evidence', valueReference: { reference: 'Encounter/e1/_history/3' } }, group('note', { step: 'warn', by: 'inspector', at: '2026-11-25T08:00:00Z', words: '请整改' }), hit);
    case 'Task/c1/$supervision-step':
      return new Refused(403, 'forbidden', '须由另一人决定');
    case '$supervision-warn':
      return parameters({ name: 'task', valueReference: { reference: 'Task/c1' } });
    case '$supervision-rules':
      return parameters(
        group('rule', { rule: 'small-hours', version: 1, state: 'live', shipped: true, blocks: false, points: 1, title: '深夜接诊', says: '{time} 接诊', source: '一般知识，未经核实', spec: '{"rule":"small-hours","from":"2022-02-08","with":{"from":"00:00"},"cases":[{},{}]}' }),
        group('rule', { rule: 'small-hours', version: 1001, state: 'draft', shipped: false, blocks: false, points: 2, title: '深夜接诊', says: '{time} 接诊', source: '本区规定', spec: '{"from":"2026-12-01","cases":[]}', tried: '{"acts":80,"fired":3}' }),
      );
    case 'Encounter/e1/$replay':
      return parameters(
        group('event', { type: 'version', at: '2026-11-25T18:10:00Z', what: 'Encounter/e1/_history/1', proof: 'abcdef0123456789ff', line: '{"type":"version"}' }),
        group('event', { type: 'signature', at: '2026-11-25T18:11:00Z', what: 'Composition/n/_history/2', who: 'Practitioner/d', proof: 'valid', holds: true, line: '{"type":"signature"}' }),
        group('event', { type: 'request', at: '2026-11-25T18:12:00Z', what: 'Encounter/e1', who: 'Practitioner/d', proof: 'seal 12', holds: false, place: 'chain 1, row 2', line: '{"type":"request"}' }),
        group('seal', { line: '{"type":"seal"}' }),
        { name: 'manifest', valueString: '{"type":"manifest"}' },
      );
    default:
      throw new Error(`${method} ${path}`);
  }
};

test('What is unusual comes first, with yesterday and the reason; a hit becomes a case', async () => {
  const asked = platform(answering as never);
  await open(<SupervisionPage />, { path: '/supervision' });
  expect(await screen.findByText('02:10 接诊，在 00:00 至 05:30 之间')).toBeDefined();
  expect(screen.getByText('昨日 2')).toBeDefined();
  expect(screen.getAllByText('94.2').length).toBeGreaterThan(0);
  expect(screen.getByText(/深夜接诊 7 次 −5.8/)).toBeDefined();
  expect(await screen.findByText('还不足 5 份评价')).toBeDefined();
  await userEvent.click(screen.getByRole('checkbox', { name: '选入案件：深夜接诊' }));
  await userEvent.type(screen.getByLabelText('告知机构的话'), '请核实');
  await userEvent.click(screen.getByRole('button', { name: '发出预警' }));
  const sent = asked.find(({ path }) => path === '$supervision-warn');
  expect(JSON.stringify(sent?.body)).toContain('small-hours|Encounter/e1');
});

test('A case shows hits, evidence and what happened; a refused step loses no word', async () => {
  platform(answering as never);
  await open(<CasesPage />, { path: '/supervision/cases' });
  expect(await screen.findByText('Encounter/e1/_history/3')).toBeDefined();
  expect(screen.getByText('请整改')).toBeDefined();
  await userEvent.type(screen.getByLabelText('说明'), '已核查');
  await userEvent.click(screen.getByRole('button', { name: /核\s?实/ }));
  expect(await screen.findByText('须由另一人决定')).toBeDefined();
  expect(screen.getByLabelText<HTMLTextAreaElement>('说明').value).toBe('已核查');
});

test('Rules tell source, validity and state, and are changed as a new version', async () => {
  platform(answering as never);
  await open(<RulesPage />, { path: '/supervision/rules' });
  const own = await screen.findByRole('region', { name: '本区规则' });
  expect(within(own).getByText('试算 80 次行为，命中 3 次')).toBeDefined();
  const shipped = screen.getByRole('region', { name: '随平台提供' });
  expect(within(shipped).getByText('一般知识，未经核实')).toBeDefined();
  await userEvent.click(within(shipped).getByRole('button', { name: /改\s?动/ }));
  expect(screen.getByRole<HTMLTextAreaElement>('textbox', { name: '新版本（JSON）' }).value).toContain('small-hours');
});

test('A replay asks for its ground first, and says of each line whether its proof holds', async () => {
  const asked = platform(answering as never);
  await open(<ReplayPage />, { path: '/supervision/replay/:id', at: '/supervision/replay/e1' });
  expect(asked).toHaveLength(0);
  await userEvent.type(screen.getByLabelText('回放依据（文号或案号），居民可见'), '宁卫监 12 号');
  await userEvent.click(screen.getByRole('button', { name: '开始回放' }));
  expect(await screen.findByText('签名有效')).toBeDefined();
  expect(screen.getByText('审计链在此断裂')).toBeDefined();
  expect(screen.getByText('摘要 abcdef0123456789…')).toBeDefined();
  screen.getByText('平台核验：1 项不成立');
  screen.getByText('1 个签名，1 个有效；1 次访问，0 次已封存且链完整；1 个版本各有摘要。');
  // A file that proves nothing is called so, at each line.
  await userEvent.click(screen.getByRole('button', { name: '在本页核验' }));
  expect(await screen.findByText('本浏览器核验：证据不完整')).toBeDefined();
  expect(screen.getAllByText('不在签名清单中')).toHaveLength(3);
  // What is shown is the file: one look, which the resident sees once.
  const saved = vi.spyOn(URL, 'createObjectURL').mockReturnValue('blob:x');
  await userEvent.click(screen.getByRole('button', { name: '下载证据文件' }));
  expect(await (saved.mock.calls[0]![0] as Blob).text()).toBe(['version', 'signature', 'request', 'seal', 'manifest'].map((type) => `{"type":"${type}"}\n`).join(''));
  expect(asked).toHaveLength(1);
});

test.each([
  [404, 'not-found'],
  [403, 'forbidden'],
])('A replay that is closed to the reader (%i) says who may see it and where a case is asked for', async (status, code) => {
  let isOpen = false;
  platform((one) => (one.path === 'Encounter/e1/$replay' && !isOpen ? new Refused(status, code, 'Encounter/e1 不存在。') : (answering(one) as unknown)));
  await open(<ReplayPage />, { path: '/supervision/replay/:id', at: '/supervision/replay/e1' });
  await userEvent.type(screen.getByLabelText('回放依据（文号或案号），居民可见'), '宁卫监 12 号');
  await userEvent.click(screen.getByRole('button', { name: '开始回放' }));
  expect(await screen.findByText('只有可以查看这份病历的人，或在已批准的监管调查范围内，才能回放这次就诊。')).toBeDefined();
  expect(screen.getByRole('link', { name: '申请或查看监管调查' }).getAttribute('href')).toBe('/cases');
  expect(screen.queryByText(/不存在/)).toBeNull();
  isOpen = true;
  await userEvent.click(screen.getByRole('button', { name: /开始回放$/ }));
  expect(await screen.findByText('签名有效')).toBeDefined();
});

test('A replay has words for every step of the platform, in both languages', () => {
  type Steps = { concept: { code: string }[] };
  const shipped = Object.values(import.meta.glob<Steps>(['../../../../*/src/main/resources/fhir/CodeSystem-*-step.json', '../../../../*/*/src/main/resources/fhir/CodeSystem-*-step.json'], { import: 'default', eager: true }));
  const codes = new Set(shipped.flatMap(({ concept }) => concept.map(({ code }) => code)));
  expect(codes).toContain('presettle');
  for (const { acts } of [zh.replay, en.replay]) expect([...codes].filter((code) => !(code in acts))).toEqual([]);
});
