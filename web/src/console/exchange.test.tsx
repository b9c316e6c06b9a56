import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { Parameters, ParametersParameter } from 'fhir/r4';
import { describe, expect, test } from 'vitest';
import { never, open, platform, Refused, type Asked } from '../test/platform';
import { ExchangePage } from './exchange/ExchangePage';
import { RehearsePage } from './exchange/RehearsePage';
import { base64Of, bytesOf, rehearsalOf, textOf } from './exchange/useExchange';

const parameters = (...parameter: ParametersParameter[]): Parameters => ({ resourceType: 'Parameters', parameter });

const feed = (name: string, settings: object, counts: Record<string, number> = {}): ParametersParameter => ({
  name: 'feed',
  part: [
    { name: 'name', valueString: name },
    { name: 'version', valueInteger: 1 },
    { name: 'settings', valueString: JSON.stringify({ institution: 'h', format: 'hl7v2', active: true, port: 0, ...settings }) },
    ...Object.entries(counts).map(([state, valueInteger]) => ({ name: state, valueInteger })),
  ],
});

const message = (id: string, state: string, reason?: string): ParametersParameter => ({
  name: 'message',
  part: [
    { name: 'id', valueString: id },
    { name: 'feed', valueString: 'his' },
    { name: 'type', valueString: 'ADT^A01' },
    { name: 'control', valueString: `c-${id}` },
    { name: 'state', valueCode: state },
    { name: 'received', valueInstant: '2026-11-26T01:05:00Z' },
    { name: 'attempts', valueInteger: 1 },
    ...(reason ? [{ name: 'reason-code', valueCode: 'gateway.x' }, { name: 'reason', valueString: reason }] : []),
    { name: 'finding', part: [{ name: 'code', valueCode: 'gateway.found-no-time' }, { name: 'place', valueString: 'PID-7' }, { name: 'text', valueString: '不是日期' }] },
  ],
});

/** Answers feeds and messages as given; `own` is asked first. */
function answering(feeds: ParametersParameter[], messages: ParametersParameter[], own: (asked: Asked) => unknown = () => undefined): Asked[] {
  return platform((asked) => own(asked) ?? (asked.path === '$gateway-feeds' ? parameters(...feeds) : asked.path === '$gateway-messages' ? parameters(...messages) : { resourceType: 'Bundle', type: 'searchset', entry: [{ resource: { resourceType: 'Organization', id: 'h', name: '县医院' } }] }));
}

const sent = (asked: Asked[], path: string) => Object.fromEntries((asked.findLast((one) => one.path === path)?.body as { parameter: { name: string; valueString: string }[] }).parameter.map(({ name, valueString }) => [name, valueString]));

describe('The exchange', () => {
  test('keeps its shape while it loads, and says when there are no feeds and nothing waits', async () => {
    answering([], [], ({ path }) => (path === '$gateway-feeds' ? never : undefined));
    await open(<ExchangePage />, { path: '/exchange' });
    await screen.findAllByRole('status', { name: '正在读取' });
    await screen.findByText('没有等人处理的消息');
  });

  test('says in the server’s sentence why it is not shown', async () => {
    answering([], [], () => new Refused(403, 'forbidden', '只有运维人员可以查看'));
    await open(<ExchangePage />, { path: '/exchange' });
    await screen.findAllByText('只有运维人员可以查看');
  });

  test('lists feeds with what waits in each, and leads from a number to the messages', async () => {
    const asked = answering([feed('his', { port: 2575 }, { dead: 3 }), feed('papers', { format: 'cda', active: false })], [message('m1', 'dead', '没有患者编号')]);
    const { router } = await open(<ExchangePage />, { path: '/exchange' });
    const table = within(await screen.findByRole('table'));
    await table.findAllByText('县医院');
    table.getByText('HL7 v2 · MLLP 2575');
    table.getByText('临床文档 CDA');
    table.getByText('停用');
    await userEvent.click(table.getByRole('link', { name: '3' }));
    expect(router.state.location.search).toBe('?feed=his&state=dead');
    await expect.poll(() => asked.findLast(({ path }) => path === '$gateway-messages')?.query.get('state')).toBe('dead');
  });

  test('shows why a message failed, replays it, and says when it fails again', async () => {
    const asked = answering([feed('his', {})], [message('m1', 'dead', '没有患者编号')], ({ path }) => (path === '$gateway-replay' ? parameters({ name: 'message', part: [{ name: 'id', valueString: 'm1' }, { name: 'state', valueCode: 'dead' }, { name: 'reason', valueString: '还是没有' }] }) : undefined));
    await open(<ExchangePage />, { path: '/exchange' });
    await screen.findByText('没有患者编号');
    screen.getByText('PID-7');
    await userEvent.click(screen.getByRole('button', { name: '重放' }));
    await screen.findByText('仍然失败：还是没有');
    expect(sent(asked, '$gateway-replay')).toEqual({ id: 'm1' });
  });

  test('shows the text and replays it as corrected, with the line ends that HL7 wants', async () => {
    const asked = answering([feed('his', {})], [message('m1', 'dead', '没有患者编号')], ({ path }) =>
      path === '$gateway-message' ? parameters({ name: 'content', valueBase64Binary: base64Of('MSH|^~\\&|A\rPID|1\r') }) : path === '$gateway-replay' ? parameters({ name: 'message', part: [{ name: 'id', valueString: 'm1' }, { name: 'state', valueCode: 'done' }] }) : undefined,
    );
    await open(<ExchangePage />, { path: '/exchange' });
    await userEvent.click(await screen.findByRole('button', { name: '查看并更正原文' }));
    const field = await screen.findByLabelText<HTMLTextAreaElement>('消息原文');
    expect(field.value).toBe('MSH|^~\\&|A\nPID|1\n');
    expect(screen.getByRole<HTMLButtonElement>('button', { name: '按更正重放' }).disabled).toBe(true);
    await userEvent.type(field, 'PV1|1');
    await userEvent.click(screen.getByRole('button', { name: '按更正重放' }));
    await expect.poll(() => asked.some(({ path }) => path === '$gateway-replay')).toBe(true);
    expect(textOf(bytesOf(sent(asked, '$gateway-replay').content!))).toBe('MSH|^~\\&|A\rPID|1\rPV1|1');
  });

  test('shows no texts to an operator’s account', async () => {
    answering([feed('his', {})], [message('m1', 'dead', '没有患者编号')], ({ path }) => (path === '/access/me' ? { name: '某某', role: 'operator', account: 'a', patients: [], institution: '' } : undefined));
    await open(<ExchangePage />, { path: '/exchange', account: true });
    await screen.findByText('没有患者编号');
    expect(screen.queryByRole('button', { name: '查看并更正原文' })).toBeNull();
    screen.getByRole('button', { name: '重放' });
  });

  test('replays all that failed in a feed, and says how many did', async () => {
    const asked = answering([feed('his', {})], [message('m1', 'dead', 'x')], ({ path }) =>
      path === '$gateway-replay' ? parameters({ name: 'message', part: [{ name: 'id', valueString: 'm1' }, { name: 'state', valueCode: 'done' }] }, { name: 'rest', valueInteger: 7 }) : undefined,
    );
    await open(<ExchangePage />, { path: '/exchange', at: '/exchange?feed=his' });
    await userEvent.click(await screen.findByRole('button', { name: '重放 his 的全部失败消息' }));
    await screen.findByText('完成 1 条，仍失败 0 条，剩余 7 条。');
    expect(sent(asked, '$gateway-replay')).toEqual({ feed: 'his' });
  });
});

describe('A rehearsal', () => {
  const outcome = parameters(
    { name: 'type', valueString: 'ADT^A01' },
    { name: 'mapping', valueString: 'adt@1' },
    {
      name: 'resource',
      part: [
        { name: 'write', valueCode: 'update' },
        { name: 'resource', resource: { resourceType: 'Patient', gender: 'unknown' } },
        { name: 'outcome', resource: { resourceType: 'OperationOutcome', issue: [{ severity: 'error', code: 'value', details: { text: '日期不对' }, expression: ['Patient.birthDate'] }, { severity: 'error', code: 'business-rule', details: { text: '没有联系电话' } }] } },
      ],
    },
    { name: 'finding', part: [{ name: 'code', valueCode: 'gateway.found-no-time' }, { name: 'place', valueString: 'PID-7' }, { name: 'text', valueString: '不是日期' }] },
  );

  test('asks for something to try first', async () => {
    const asked = answering([feed('his', {})], []);
    await open(<RehearsePage />, { path: '/exchange/rehearse' });
    await userEvent.click(await screen.findByRole('button', { name: '试运行' }));
    await screen.findByText('请先粘贴内容或上传文件。');
    expect(asked.some(({ path }) => path === '$gateway-rehearse')).toBe(false);
  });

  test('shows the resources that a message would become, and what is wrong with them', async () => {
    const asked = answering([feed('his', {})], [], ({ path }) => (path === '$gateway-rehearse' ? outcome : undefined));
    await open(<RehearsePage />, { path: '/exchange/rehearse' });
    await userEvent.type(await screen.findByLabelText('消息、文档或表格的内容'), 'MSH|a{enter}PID|1');
    await userEvent.click(screen.getByRole('button', { name: '试运行' }));
    await screen.findByText('有 1 个错误，会被拒收');
    screen.getByText('日期不对');
    // What a rule of quality says keeps nothing out.
    screen.getByText('没有联系电话');
    screen.getByText('质量');
    screen.getByText('Patient.birthDate');
    screen.getByText('不是日期');
    expect(sent(asked, '$gateway-rehearse')).toEqual({ feed: 'his', content: base64Of('MSH|a\rPID|1') });
  });

  test('takes a file of bytes as it is', async () => {
    const asked = answering([feed('list', { format: 'table' })], [], ({ path }) => (path === '$gateway-rehearse' ? parameters({ name: 'type', valueString: 'residents' }) : undefined));
    await open(<RehearsePage />, { path: '/exchange/rehearse' });
    await userEvent.upload(await screen.findByLabelText('上传文件'), new File([new Uint8Array([80, 75, 3, 4, 0, 255])], '名册.xlsx'));
    await screen.findByText('文件：名册.xlsx');
    await userEvent.click(screen.getByRole('button', { name: '试运行' }));
    await screen.findByText('可以接收');
    expect([...bytesOf(sent(asked, '$gateway-rehearse').content!)]).toEqual([80, 75, 3, 4, 0, 255]);
  });

  test('keeps what was typed when it is refused, with the reason', async () => {
    answering([feed('his', {})], [], ({ path }) => (path === '$gateway-rehearse' ? new Refused(400, 'structure', '消息不是以 MSH 段开头。') : undefined));
    await open(<RehearsePage />, { path: '/exchange/rehearse' });
    const field = await screen.findByLabelText<HTMLTextAreaElement>('消息、文档或表格的内容');
    await userEvent.type(field, 'nonsense');
    await userEvent.click(screen.getByRole('button', { name: '试运行' }));
    await screen.findByText('消息不是以 MSH 段开头。');
    expect(field.value).toBe('nonsense');
  });

  test('is read from the answer’s parts', () => {
    expect(rehearsalOf(outcome)).toMatchObject({ type: 'ADT^A01', mapping: 'adt@1', resources: [{ type: 'Patient', issues: [{ kind: 'refuses', place: 'Patient.birthDate' }, { kind: 'quality' }] }], findings: [{ place: 'PID-7' }] });
    expect(rehearsalOf(parameters({ name: 'type', valueString: 'BUNDLE^TRANSACTION' }))).toMatchObject({ mapping: undefined, resources: [] });
  });
});

test('Texts are read in the encodings that hospitals send, and written as UTF-8', () => {
  expect(textOf(new Uint8Array([0xd5, 0xc5]))).toBe('张');
  expect(textOf(new TextEncoder().encode('张'))).toBe('张');
  expect(textOf(new Uint8Array([80, 75, 0]))).toBeUndefined();
  expect(textOf(bytesOf(base64Of('<?xml version="1.0" encoding="GB2312"?><a/>')))).toBe('<?xml version="1.0" encoding="UTF-8"?><a/>');
});
