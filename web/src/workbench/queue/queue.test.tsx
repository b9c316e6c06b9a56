import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, test } from 'vitest';
import { bundleOf, open, platform, Refused, type Asked } from '../../test/platform';
import { QueuePage } from './QueuePage';

const parameters = (...parameter: unknown[]) => ({ resourceType: 'Parameters', parameter });
const text = (name: string, valueString: string) => ({ name, valueString });
const code = (name: string, valueCode: string) => ({ name, valueCode });
const number = (name: string, valueInteger: number) => ({ name, valueInteger });
const ticket = (group: string, label: string, state: string, ...more: unknown[]) => ({
  name: group,
  part: [text('id', `t-${label}`), text('label', label), code('state', state), text('queue', 'q'), { name: 'patient', valueReference: { reference: `Patient/p-${label}`, display: '张*三' } }, { name: 'entered', valueInstant: '2026-11-26T01:05:00Z' }, ...more],
});
const QUEUES = parameters(
  { name: 'queue', part: [text('id', 'q'), text('name', '心内科门诊'), code('state', 'open'), number('waiting', 2), number('served', 7)] },
  { name: 'queue', part: [text('id', 'r'), text('name', '眼科门诊'), code('state', 'open'), number('waiting', 0), number('served', 0)] },
);
const LINE = parameters(
  number('served', 7),
  ticket('waiting', 'A013', 'waiting', code('level', 'urgent'), text('reason', '胸痛'), number('before', 0), number('wait-low', 5), number('wait-high', 10), code('may', 'triage'), code('may', 'call')),
  ticket('waiting', 'A012', 'missed', code('level', 'routine'), number('misses', 1), number('before', 1)),
  ticket('called', 'A011', 'called', text('place', '3 诊室'), code('may', 'start'), code('may', 'miss')),
);

function answers(own: (asked: Asked) => unknown = () => undefined): Asked[] {
  return platform((asked) => {
    const said = own(asked);
    if (said !== undefined) return said;
    if (asked.path === '$queues') return QUEUES;
    if (asked.path === '$queue-line') return LINE;
    if (asked.path === '$queue-screens') return parameters();
    if (asked.path === '$card-terminals') return parameters();
    if (asked.path === 'Patient/$locate') return bundleOf([{ resourceType: 'Patient', id: 'p', name: [{ text: '丁*明' }], gender: 'male' }]);
    return parameters(ticket('ticket', 'A013', 'called'));
  });
}

describe('The desk of a queue', () => {
  test('shows the line in the order of calls, with reasons and what is known of the wait', async () => {
    answers();
    await open(<QueuePage />, { account: true });
    const line = within(await screen.findByRole('region', { name: '候诊队列' }));
    const rows = line.getAllByRole('listitem').map((row) => row.textContent);
    expect(rows[0]).toMatch(/A013.*09:05 签到.*胸痛.*急重.*约 5–10 分钟/s);
    expect(rows[1]).toMatch(/A012.*过号 1 次.*前面 1 位/s);
  });

  test('asks for the room before it calls, then calls to it', async () => {
    const log = answers();
    sessionStorage.clear();
    await open(<QueuePage />, { account: true });
    await userEvent.click(await screen.findByRole('button', { name: '叫下一位' }));
    await screen.findByText(/请先填写诊室/);
    expect(log.some(({ path }) => path === '$queue-call')).toBe(false);
    await userEvent.type(screen.getByLabelText('诊室'), '3 诊室');
    await userEvent.click(screen.getByRole('button', { name: '叫下一位' }));
    await waitFor(() => expect(log.find(({ path }) => path === '$queue-call')?.body).toEqual(parameters(text('place', '3 诊室'), text('queue', 'q'))));
    sessionStorage.clear();
  });

  test('takes the steps that a ticket offers, and says what was refused', async () => {
    const log = answers(({ path }) => (path === '$queue-start' ? new Refused(403, 'forbidden', '档案未向您开放。') : undefined));
    await open(<QueuePage />, { account: true });
    await userEvent.click(await screen.findByRole('button', { name: '接诊' }));
    await screen.findByText('档案未向您开放。');
    await userEvent.click(screen.getByRole('button', { name: '过号' }));
    await waitFor(() => expect(log.find(({ path }) => path === '$queue-miss')?.body).toEqual(parameters(text('ticket', 't-A011'))));
  });

  test('triages with a reason and not without', async () => {
    const log = answers();
    await open(<QueuePage />, { account: true });
    await userEvent.click((await screen.findAllByRole('button', { name: '分诊、转队' }))[0]!);
    const reason = screen.getByLabelText('依据');
    await userEvent.clear(reason);
    await userEvent.click(screen.getByRole('button', { name: '分诊' }));
    await screen.findByText('请写明定级的依据。');
    await userEvent.type(reason, '呼吸困难');
    await userEvent.click(screen.getByRole('button', { name: '分诊' }));
    await waitFor(() => expect(log.find(({ path }) => path === '$queue-triage')?.body).toEqual(parameters(text('ticket', 't-A013'), text('level', 'urgent'), text('reason', '呼吸困难'))));
  });

  test('checks in with the whole number in hand, sent in a body', async () => {
    const log = answers(({ path }) => (path === '$queue-check-in' ? parameters(ticket('ticket', 'A014', 'waiting', number('before', 2))) : undefined));
    await open(<QueuePage />, { account: true });
    await userEvent.type(await screen.findByLabelText('身份证号'), '649107197604250019');
    await userEvent.click(screen.getByRole('button', { name: '查找' }));
    await userEvent.click(await screen.findByRole('button', { name: '签到' }));
    expect(await screen.findByText('A014')).toBeDefined();
    expect(log.find(({ path }) => path === '$queue-check-in')?.body).toEqual(parameters(text('queue', 'q'), text('patient', 'p'), text('identifier', '649107197604250019')));
  });
});
