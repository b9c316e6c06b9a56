import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeAll, describe, expect, test } from 'vitest';
import en from '../../shared/i18n/en';
import { startTranslation } from '../../shared/i18n/i18n';
import zh from '../../shared/i18n/zh';
import type { Prescription } from '../../shared/prescription/prescriptions';
import { bundleOf, open, platform, Refused, type Asked } from '../../test/platform';
import { inOrder, nextAfter } from './useReview';

const parameters = (...parameter: unknown[]) => ({ resourceType: 'Parameters', parameter });
const part = (name: string, value: unknown, type = 'valueString') => ({ name, [type]: value });
const one = (task: string, state: string, ...more: unknown[]) => ({
  name: 'prescription',
  part: [part('task', `Task/${task}`), part('number', task.toUpperCase()), part('state', state), part('drug', `药品${task}`), part('authored', '2026-11-26T00:00:00Z'), part('patient', 'Patient/p'), part('deadline', new Date(Date.now() + (task === 'a' ? -5 : 20) * 60_000).toISOString()), { name: 'late', valueBoolean: task === 'a' }, ...more],
});

let state = 'waiting';
let decided: string[] = [];

function answers(own: (asked: Asked) => unknown = () => undefined): Asked[] {
  state = 'waiting';
  decided = [];
  return platform((asked) => {
    const said = own(asked);
    if (said !== undefined) return said;
    const { path } = asked;
    if (path === '/access/me') return { account: 'a', fhirUser: 'Practitioner/me', patients: [], institution: 'h', name: '王药师', role: 'practitioner', licences: ['pharmacist'] };
    if (path === '$prescriptions') return parameters(...(decided.includes('a') ? [] : [one('a', state, ...(state === 'taken' ? [part('owner', 'Practitioner/me')] : []))]), one('b', 'waiting'));
    if (/^Task\/[ab]\/\$prescription$/.test(path)) {
      const task = path[5]!;
      const now = task === 'a' ? state : 'waiting';
      return parameters(one(task, now, ...(now === 'waiting' ? [part('open', 'take')] : ['pass', 'return', 'refuse', 'give-back'].map((step) => part('open', step))), ...(now === 'taken' ? [part('owner', 'Practitioner/me')] : [])), {
        name: 'request',
        resource: { resourceType: 'MedicationRequest', id: 'm', status: 'on-hold', intent: 'order', subject: {}, medicationCodeableConcept: { text: `药品${task}` } },
      });
    }
    if (path === 'Task/a/$prescription-take') {
      state = 'taken';
      return { resourceType: 'Task', id: 'a' };
    }
    if (/\$prescription-(pass|return|refuse)$/.test(path)) {
      decided.push('a');
      return { resourceType: 'Task', id: 'a' };
    }
    if (path === 'Patient/p') return { resourceType: 'Patient', id: 'p', name: [{ text: '张小三' }], gender: 'male', birthDate: '1960-05-01' };
    return bundleOf([]);
  });
}

beforeAll(() => startTranslation({ zh, en: () => Promise.resolve(en) }));

describe('The queue', () => {
  test('puts late ones first and says by how much; others’ come last', async () => {
    answers();
    const { ReviewPage } = await import('./ReviewPage');
    await open(<ReviewPage />, { account: true });
    const links = await screen.findAllByRole('link');
    expect(links.map(({ textContent }) => /药品./.exec(textContent ?? '')?.[0])).toEqual(['药品a', '药品b']);
    expect(links[0]!.textContent).toContain('已超时 5 分钟');
    expect(links[1]!.textContent).toContain('还剩 20 分钟');
    const of = (task: string, deadline: string, owner?: string) => ({ task, deadline, state: owner ? 'taken' : 'waiting', owner }) as Prescription;
    const queue = inOrder([of('x', '1', 'Practitioner/other'), of('y', '3'), of('z', '2', 'Practitioner/me')], 'Practitioner/me');
    expect(queue.map(({ task }) => task)).toEqual(['z', 'y', 'x']);
    expect(nextAfter(queue, 'y')).toBeUndefined();
    expect(nextAfter(queue, 'z')).toBe('y');
  });

  test('puts what nobody can decide any more behind the rest, does not go on to it, and says where it is not whole', async () => {
    const of = (task: string, deadline: string, over: boolean) => ({ task, deadline, state: 'waiting', over, late: false }) as Prescription;
    const queue = inOrder([of('old', '1', true), of('new', '2', false)], 'Practitioner/me');
    expect(queue.map(({ task }) => task)).toEqual(['new', 'old']);
    expect(nextAfter(queue, 'new')).toBeUndefined();
    answers(({ path }) => (path === '$prescriptions' ? parameters(one('a', 'waiting', { name: 'over', valueBoolean: true }), one('b', 'waiting'), { name: 'list', part: [{ name: 'more', valueBoolean: true }] }) : undefined));
    const { ReviewPage } = await import('./ReviewPage');
    await open(<ReviewPage />, { account: true });
    const links = await screen.findAllByRole('link');
    expect(links.map(({ textContent }) => /药品./.exec(textContent ?? '')?.[0])).toEqual(['药品b', '药品a']);
    expect(links[1]!.textContent).toContain('已过有效期');
    await screen.findByText('条数太多，这里没有列全。');
  });

  test('is told to whoever is no pharmacist in the server’s words', async () => {
    answers(({ path }) => (path === '$prescriptions' ? new Refused(403, 'forbidden', '只有持有效执业药师注册证的人员可以审方。') : undefined));
    const { ReviewPage } = await import('./ReviewPage');
    await open(<ReviewPage />, { account: true });
    await screen.findByText('只有持有效执业药师注册证的人员可以审方。');
  });
});

describe('The desk', () => {
  const desk = async () => {
    const { ReviewDesk } = await import('./ReviewDesk');
    const { KeyBoard } = await import('../keys/KeyBoard');
    return open(
      <KeyBoard>
        <ReviewDesk />
      </KeyBoard>,
      { path: '/review/:task', at: '/review/a', account: true },
    );
  };

  test('shows no person before it is taken; takes, passes and goes on to the next without the mouse', async () => {
    const log = answers();
    const { router } = await desk();
    await screen.findByRole('button', { name: '领取审核' });
    expect(log.some(({ path }) => path.startsWith('Patient'))).toBe(false);
    await waitFor(() => expect(document.activeElement?.textContent).toBe('领取审核'));
    await userEvent.keyboard('{Enter}');
    await screen.findByText('张小三');
    await userEvent.keyboard('g');
    await userEvent.keyboard('{Control>}{Enter}{/Control}');
    await waitFor(() => expect(router.state.location.pathname).toBe('/review/b'));
    expect(log.some(({ path }) => path === 'Task/a/$prescription-pass')).toBe(true);
  });

  test('wants a reason for a return, and sends it with its code', async () => {
    const log = answers();
    await desk();
    await userEvent.click(await screen.findByRole('button', { name: '领取审核' }));
    await userEvent.click(await screen.findByLabelText(/^退回医师/));
    await userEvent.click(screen.getByRole('button', { name: '签名并提交' }));
    await screen.findByText('请写明原因，至少 4 个字。');
    expect(log.some(({ path }) => path.endsWith('-return'))).toBe(false);
    await userEvent.type(screen.getByLabelText('意见（医师会看到）'), '请核对剂量');
    await userEvent.selectOptions(screen.getByLabelText('问题类别'), '2-5');
    await userEvent.click(screen.getByRole('button', { name: '签名并提交' }));
    await waitFor(() => expect(log.some(({ path }) => path.endsWith('-return'))).toBe(true));
    expect(log.find(({ path }) => path.endsWith('-return'))?.body).toEqual({ resourceType: 'Parameters', parameter: [part('reason', '请核对剂量'), part('code', '2-5')] });
  });
});

describe('Comments', () => {
  test('are drawn and scored with codes and words', async () => {
    const log = answers(({ path }) => {
      if (path === '$prescription-comments') return parameters({ name: 'comment', part: [part('task', 'Task/c'), part('review', 'Task/a'), part('number', 'N7'), part('state', 'sampled'), part('open', 'score')] });
      return path === '$draw-prescriptions' ? parameters({ name: 'result', part: [part('drawn', 3, 'valueInteger')] }) : undefined;
    });
    const { ReviewPage } = await import('./ReviewPage');
    await open(<ReviewPage />, { at: '/?tab=comments', account: true });
    await userEvent.click(await screen.findByRole('button', { name: '抽取处方' }));
    await screen.findByText('抽到 3 张。');
    await userEvent.click(await screen.findByText('待点评'));
    await userEvent.click(await screen.findByLabelText(/^2-5 /));
    await userEvent.click(screen.getByRole('button', { name: '提交点评' }));
    await screen.findByText(/有问题时请写明/);
    await userEvent.type(screen.getByLabelText('说明'), '剂量偏大');
    await userEvent.click(screen.getByRole('button', { name: '提交点评' }));
    await waitFor(() => expect(log.find(({ path }) => path === 'Task/c/$comment-score')?.body).toEqual({ resourceType: 'Parameters', parameter: [part('reason', '剂量偏大'), part('code', '2-5')] }));
  });
});

describe('Figures', () => {
  test('are of institutions, and by pharmacist where that is allowed; no doctor is among them', async () => {
    const line = (name: string, of: string, display: string) => ({ name, part: [part('of', { reference: of, display }, 'valueReference'), ...['reviewed', 'passed', 'returned', 'refused', 'late'].map((count, at) => part(count, 9 - at, 'valueInteger')), part('medianMinutes', 4.5, 'valueDecimal'), part('p95Minutes', 28, 'valueDecimal'), { name: 'byCode', part: [part('code', '2-5'), part('count', 2, 'valueInteger')] }] });
    const log = answers(({ path, query }) =>
      path === '$review-figures' ? parameters(line('institution', 'Organization/h', '某医院'), ...(query.has('by') ? [line('pharmacist', 'Practitioner/x', '赵药师')] : []), { name: 'may', part: [part('byPharmacist', true, 'valueBoolean')] }, { name: 'now', part: [part('undecided', 7, 'valueInteger'), part('late', 3, 'valueInteger')] }) : undefined,
    );
    const { ReviewPage } = await import('./ReviewPage');
    await open(<ReviewPage />, { at: '/?tab=figures', account: true });
    await screen.findByText('某医院');
    screen.getByText('4.5 分钟');
    screen.getByText('当前待审 7 张，其中超时 3 张。');
    await userEvent.click(screen.getByLabelText(/按药师/));
    await screen.findByText('赵药师');
    expect(log.filter(({ path }) => path === '$review-figures').every(({ query }) => [...query.keys()].every((key) => ['month', 'by', 'institution'].includes(key)))).toBe(true);
  });
});
