import { act, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { bundleOf, platform, Refused, type Asked } from '../../test/platform';
import { openResident } from '../../test/resident';

const ME = { name: '王芳', role: 'resident', account: 'acc', institution: '', fhirUser: 'Patient/p', patients: ['p', 'c'] };
const PEOPLE = bundleOf([
  { resourceType: 'Patient', id: 'p', name: [{ text: '王芳' }], identifier: [{ system: 'urn:oid:2.16.156.10011.1.3', value: '649102199405180000' }] },
  { resourceType: 'Patient', id: 'c', name: [{ text: '李雨桐' }] },
]);
const parameters = (...parameter: unknown[]) => ({ resourceType: 'Parameters', parameter });
const text = (name: string, valueString: string) => ({ name, valueString });
const code = (name: string, valueCode: string) => ({ name, valueCode });
const may = (...steps: string[]) => steps.map((step) => code('may', step));
const card = (state: string, ...more: unknown[]) => ({ name: 'card', part: [code('state', state), text('number', '640000H12345678901'), { name: 'issued', valueInstant: '2026-11-20T01:00:00Z' }, ...more] });
const ACTIVE = parameters(card('active'), ...may('suspend', 'replace', 'cancel'));
const NEW = { number: 0 };

/** By a platform whose clock is years away from this one's. */
const shown = (life = 60) => parameters(text('code', `HLN1:CODE ${(NEW.number += 1)}`), { name: 'issued', valueInstant: '2031-01-01T00:00:00Z' }, { name: 'until', valueInstant: `2031-01-01T00:0${life >= 60 ? '1:00' : `0:${life}`}Z` }, { name: 'now', valueInstant: '2031-01-01T00:00:00.500Z' });

function answers(own: (asked: Asked) => unknown): Asked[] {
  return platform((asked) => {
    const said = own(asked);
    if (said !== undefined) return said;
    if (asked.path === '/access/me') return ME;
    if (asked.path === 'Patient') return PEOPLE;
    if (asked.path === 'Organization') return bundleOf([{ resourceType: 'Organization', id: 'h', name: '县医院' }]);
    if (asked.path.endsWith('$health-code')) return shown();
    if (asked.path.endsWith('$health-card')) return ACTIVE;
    return bundleOf([]);
  });
}

const asksOf = (log: Asked[], operation: string) => log.filter(({ path }) => path.endsWith(operation));
const pass = (seconds: number) => act(() => vi.advanceTimersByTimeAsync(seconds * 1000));

beforeEach(() => {
  NEW.number = 0;
});
afterEach(() => {
  vi.useRealTimers();
});

describe('The code', () => {
  test('lives as long as the platform says, whatever this device’s clock says, and is renewed before its end', async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    const log = answers(() => undefined);
    await openResident('/card');
    await screen.findByRole('img', { name: '王芳的健康码' });
    expect(screen.getByText(/^(59|60) 秒后失效/)).toBeDefined();
    expect(asksOf(log, '$health-code')).toHaveLength(1);
    await pass(40);
    expect(asksOf(log, '$health-code')).toHaveLength(1);
    await pass(10);
    expect(asksOf(log, '$health-code')).toHaveLength(2);
    expect(screen.getByText(/^5\d 秒后失效/)).toBeDefined();
  });

  test('is told honestly when there is no line: what is left, then the printed one, with what it is good for', async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    let line = true;
    answers(({ path, query }) => {
      if (path.endsWith('$health-card') && query.get('printed')) return parameters(text('code', 'HLN1:PRINTED'));
      if (path.endsWith('$health-code') && !line) throw new TypeError('no network');
      return undefined;
    });
    await openResident('/card');
    await screen.findByRole('img', { name: '王芳的健康码' });
    line = false;
    await pass(50);
    expect(screen.getByText(/没有网络。当前的码还能用 \d+ 秒/)).toBeDefined();
    await pass(20);
    expect(screen.queryByRole('img', { name: '王芳的健康码' })).toBeNull();
    expect(screen.getByRole('img', { name: '王芳的印制码' })).toBeDefined();
    expect(screen.getByText(/只能在有人的窗口/)).toBeDefined();
    line = true;
    await pass(8);
    expect(screen.getByRole('img', { name: '王芳的健康码' })).toBeDefined();
  });

  test('is put away when nobody has looked for long', async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    const log = answers(() => undefined);
    await openResident('/card');
    await screen.findByRole('img', { name: '王芳的健康码' });
    await pass(400);
    expect(screen.queryByRole('img')).toBeNull();
    const before = asksOf(log, '$health-code').length;
    await pass(120);
    expect(asksOf(log, '$health-code')).toHaveLength(before);
    await act(async () => screen.getByRole('button', { name: '点一下再显示' }).click());
    await pass(1);
    expect(asksOf(log, '$health-code')).toHaveLength(before + 1);
  });

  test('is the child’s when the child is chosen', async () => {
    const log = answers(() => undefined);
    await openResident('/card');
    await screen.findByRole('img', { name: '王芳的健康码' });
    await userEvent.selectOptions(screen.getByLabelText('查看谁的档案'), 'c');
    await screen.findByRole('img', { name: '李雨桐的健康码' });
    expect(asksOf(log, '$health-code').map(({ path }) => path)).toEqual(['Patient/p/$health-code', 'Patient/c/$health-code']);
  });

  test('says where it was used just now', async () => {
    answers(({ path }) =>
      path.endsWith('$health-code')
        ? parameters(...shown().parameter, { name: 'last-use', part: [{ name: 'at', valueInstant: '2026-11-26T03:00:00Z' }, code('scene', 'pharmacy'), text('terminal', '药房 2 号窗口'), { name: 'refused', valueBoolean: false }] })
        : undefined,
    );
    await openResident('/card');
    await screen.findByText(/药房 2 号窗口.*取药/);
  });
});

describe('The card', () => {
  test('is applied for in two questions', async () => {
    let has = false;
    const log = answers(({ path }) => {
      if (path.endsWith('$health-card-step')) has = true;
      return path.includes('$health-card') ? (has ? ACTIVE : parameters(...may('apply'))) : undefined;
    });
    await openResident('/card');
    await userEvent.click((await screen.findAllByRole('link', { name: '申请健康卡' }))[0]!);
    await screen.findByText('这是您本人吗？');
    expect(screen.getByText('6491**********0000')).toBeDefined();
    await userEvent.click(screen.getByRole('button', { name: '下一步' }));
    await screen.findByText(/每次有效 60 秒/);
    await userEvent.click(screen.getByRole('button', { name: '申请' }));
    await screen.findByText('申请已提交');
    expect(asksOf(log, '$health-card-step')[0]?.body).toEqual(parameters(text('step', 'apply')));
  });

  test('tells a guardian that a child without a number needs a counter', async () => {
    answers(({ path }) => (path.endsWith('$health-card') ? parameters(...may('apply')) : undefined));
    await openResident('/card/apply/who');
    await userEvent.selectOptions(await screen.findByLabelText('查看谁的档案'), 'c');
    await screen.findByText('为他（她）申请？');
    expect(screen.getByText('需要到窗口核验')).toBeDefined();
  });

  test('is suspended with a reason, and shows no code after that', async () => {
    let lost = false;
    const log = answers(({ path }) => {
      if (path.endsWith('$health-card-step')) lost = true;
      return path.includes('$health-card') ? (lost ? parameters(card('suspended'), ...may('resume', 'replace', 'cancel')) : ACTIVE) : undefined;
    });
    await openResident('/card/lost');
    await userEvent.click(await screen.findByLabelText('被偷了'));
    await userEvent.click(screen.getByRole('button', { name: '立即挂失' }));
    await screen.findByText('已挂失，所有健康码立即停用');
    expect(asksOf(log, '$health-card-step')[0]?.body).toEqual(parameters(text('step', 'suspend'), text('reason', 'stolen')));
    expect(screen.queryByRole('img')).toBeNull();
    await userEvent.click(screen.getByRole('button', { name: '换一张新卡' }));
    expect(asksOf(log, '$health-card-step')).toHaveLength(1);
    await userEvent.click(screen.getByRole('button', { name: '换一张新卡' }));
    expect(asksOf(log, '$health-card-step')).toHaveLength(2);
  });

  test('that a counter holds is not let go here', async () => {
    answers(({ path }) => (path.endsWith('$health-card') ? parameters(card('suspended', code('held-by', 'counter'))) : undefined));
    await openResident('/card');
    await screen.findByText(/请带身份证件到窗口/);
    expect(screen.queryByRole('button', { name: '解除挂失' })).toBeNull();
  });

  test('says in the server’s sentence what was refused', async () => {
    answers(({ path }) => (path.endsWith('$health-code') ? new Refused(429, 'throttled', '一分钟内刷新太多次，请稍后再试。') : undefined));
    await openResident('/card');
    await screen.findByText('一分钟内刷新太多次，请稍后再试。');
  });

  test('covers the numbers at parties, and asks before it ends one', async () => {
    const account = { name: 'account', part: [text('party', 'pay'), text('name', '银行支付'), code('kind', 'payment'), text('number', 'W-998877'), { name: 'since', valueInstant: '2026-11-20T01:00:00Z' }] };
    const log = answers(({ path }) => (path.endsWith('$health-card-account') ? ACTIVE : path.endsWith('$health-card') ? parameters(card('active'), account) : undefined));
    await openResident('/card');
    await screen.findByText('银行支付');
    expect(screen.queryByText(/W-998877/)).toBeNull();
    await userEvent.click(screen.getByRole('button', { name: '显示在银行支付的号码' }));
    expect(screen.getByText(/W-998877/)).toBeDefined();
    await userEvent.click(screen.getByRole('button', { name: '解除绑定：银行支付' }));
    expect(asksOf(log, '$health-card-account')).toHaveLength(0);
    await userEvent.click(screen.getByRole('button', { name: '解除' }));
    expect(asksOf(log, '$health-card-account')[0]?.body).toEqual(parameters(text('party', 'pay')));
  });
});

test('The log tells where, for what, and why it was refused', async () => {
  answers(({ path }) =>
    path.endsWith('$health-card-uses')
      ? parameters(
          { name: 'use', part: [{ name: 'at', valueInstant: '2026-11-26T03:01:00Z' }, code('scene', 'identify'), { name: 'refused', valueBoolean: true }, text('reason', '这个码已经用过，请刷新后再出示；截图不能使用。'), text('terminal', '自助机'), { name: 'institution', valueReference: { reference: 'Organization/h' } }] },
          { name: 'use', part: [{ name: 'at', valueInstant: '2026-11-26T03:00:00Z' }, code('scene', 'check-in'), { name: 'refused', valueBoolean: false }, text('terminal', '门诊'), code('code', 'printed')] },
        )
      : undefined,
  );
  await openResident('/card/uses');
  const list = await screen.findByRole('list', { name: '用码记录' });
  const [refused, used] = within(list).getAllByRole('listitem');
  expect(refused?.textContent).toContain('未通过');
  expect(refused?.textContent).toContain('截图不能使用');
  await screen.findByText(/县医院/);
  expect(used?.textContent).toContain('就诊签到');
  expect(used?.textContent).toContain('印制码');
});
