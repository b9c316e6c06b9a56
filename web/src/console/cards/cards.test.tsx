import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, test } from 'vitest';
import { bundleOf, open, platform, Refused, type Asked } from '../../test/platform';
import { CardsPage } from './CardsPage';

const NUMBER = '649107197604250019';
const parameters = (...parameter: unknown[]) => ({ resourceType: 'Parameters', parameter });
const text = (name: string, valueString: string) => ({ name, valueString });
const code = (name: string, valueCode: string) => ({ name, valueCode });
const card = (state: string, ...more: unknown[]) => ({ name: 'card', part: [code('state', state), text('number', '640000H12345678901'), ...more] });
const terminal = (id: string, state = 'active', key = false) => ({
  name: 'terminal',
  part: [text('id', id), text('name', `窗口 ${id}`), code('state', state), { name: 'institution', valueReference: { reference: 'Organization/h' } }, code('scene', 'check-in'), code('scene', 'pharmacy'), { name: 'attended', valueBoolean: true }, { name: 'key', valueBoolean: key }],
});
const ME = (role: string) => ({ name: '任婷', role, account: 'a', institution: 'h', fhirUser: 'Practitioner/d', patients: [] });

function answers(role: string, own: (asked: Asked) => unknown): Asked[] {
  return platform((asked) => {
    const said = own(asked);
    if (said !== undefined) return said;
    if (asked.path === '/access/me') return ME(role);
    if (asked.path === 'Patient/$locate') return bundleOf([{ resourceType: 'Patient', id: 'p', name: [{ text: '丁*明' }], gender: 'male' }]);
    if (asked.path === '$card-terminals') return parameters(terminal('one'), terminal('kiosk', 'active', true));
    if (asked.path === '$card-parties') return parameters({ name: 'party', part: [text('id', 'pay'), text('name', '银行支付'), code('kind', 'payment'), code('state', 'active')] });
    return bundleOf([{ resourceType: 'Organization', id: 'h', name: '县医院' }]);
  });
}

async function find() {
  await userEvent.type(await screen.findByLabelText('身份证号'), NUMBER);
  await userEvent.click(screen.getByRole('button', { name: '查找' }));
}

describe('The counter', () => {
  test('asks for the whole number, and sends it in a body', async () => {
    const log = answers('practitioner', ({ path }) => (path.endsWith('$health-card') ? parameters(code('may', 'apply')) : undefined));
    await open(<CardsPage />, { account: true });
    await userEvent.type(await screen.findByLabelText('身份证号'), '649107197604250018');
    await userEvent.click(screen.getByRole('button', { name: '查找' }));
    await screen.findByText(/末位校验要对/);
    expect(log.some(({ path }) => path.includes('$locate'))).toBe(false);
    await userEvent.clear(screen.getByLabelText('身份证号'));
    await find();
    await screen.findByText('还没有健康卡');
    expect(screen.getByText(/6491\*{10}0019/)).toBeDefined();
    const asked = log.filter(({ path }) => path.startsWith('Patient/'));
    expect(asked.map(({ path, body }) => [path, body])).toEqual([
      ['Patient/$locate', parameters(text('identifier', NUMBER))],
      ['Patient/p/$health-card', parameters(text('identifier', NUMBER))],
    ]);
  });

  test('suspends by telephone without a document, and says what was refused', async () => {
    let refuse = true;
    const log = answers('practitioner', ({ path }) => {
      if (path.endsWith('$health-card')) return parameters(card('active'), code('may', 'suspend'));
      if (path.endsWith('$health-card-step')) return refuse ? new Refused(409, 'conflict', '这张卡刚被更改，请重新读取。') : parameters(card('suspended', code('held-by', 'counter')), code('may', 'resume'));
      return undefined;
    });
    await open(<CardsPage />, { account: true });
    await find();
    await userEvent.click(await screen.findByRole('button', { name: '挂失' }));
    await screen.findByText('这张卡刚被更改，请重新读取。');
    refuse = false;
    await userEvent.click(screen.getByRole('button', { name: '挂失' }));
    await screen.findByText(/窗口或电话挂失/);
    expect(screen.getByRole('button', { name: '解除挂失' })).toBeDefined();
    expect(log.at(-1)?.body).toEqual(parameters(text('identifier', NUMBER), text('step', 'suspend')));
  });

  test('asks before it ends a card', async () => {
    const log = answers('practitioner', ({ path }) => (path.includes('$health-card') ? parameters(card('active'), code('may', 'replace')) : undefined));
    await open(<CardsPage />, { account: true });
    await find();
    await userEvent.click(await screen.findByRole('button', { name: '换卡' }));
    await screen.findByText('原来的卡将作废');
    expect(log.some(({ path }) => path.endsWith('step'))).toBe(false);
  });
});

describe('Scanning', () => {
  const scanned = parameters(code('scene', 'check-in'), code('code', 'dynamic'), { name: 'patient', valueReference: { reference: 'Patient/p', display: '丁志明' } }, code('gender', 'male'), text('number', '640000H1'), { name: 'encounter', valueReference: { reference: 'Encounter/e' } });

  test('checks the resident in for who scans, and is ready for the next', async () => {
    const log = answers('practitioner', ({ path }) => (path === '$scan-card' ? scanned : undefined));
    await open(<CardsPage />, { account: true });
    const box = await screen.findByLabelText('健康码');
    await userEvent.type(box, 'HLN1:ABC{Enter}');
    await screen.findByText('已签到，档案已开放');
    expect(screen.getByRole('link', { name: '丁志明' }).getAttribute('href')).toContain('residents/p');
    expect(log.find(({ path }) => path === '$scan-card')?.body).toEqual(parameters(text('terminal', 'one'), text('scene', 'check-in'), text('code', 'HLN1:ABC'), text('practitioner', 'd')));
    await waitFor(() => expect((box as HTMLInputElement).value).toBe(''));
    expect(document.activeElement).toBe(box);
  });

  test('says in the server’s sentence why a code was refused', async () => {
    answers('practitioner', ({ path }) => (path === '$scan-card' ? new Refused(409, 'conflict', '这个码已经用过，请刷新后再出示；截图不能使用。') : undefined));
    await open(<CardsPage />, { account: true });
    await userEvent.type(await screen.findByLabelText('健康码'), 'HLN1:ABC{Enter}');
    await screen.findByText(/截图不能使用/);
  });

  test('says what is missing where the institution has no counter', async () => {
    answers('practitioner', ({ path }) => (path === '$card-terminals' ? parameters(terminal('kiosk', 'active', true)) : undefined));
    await open(<CardsPage />, { account: true });
    await screen.findByText(/还没有登记有人值守的窗口/);
  });
});

describe('Terminals', () => {
  test('are for operators, who see no counter, and are suspended in one press', async () => {
    const log = answers('operator', () => undefined);
    await open(<CardsPage />, { account: true });
    const row = (await screen.findByText('窗口 one')).closest('tr')!;
    await within(row).findByText('县医院');
    expect(within(row).getByText('就诊签到、取药')).toBeDefined();
    expect(screen.queryByLabelText('身份证号')).toBeNull();
    expect(screen.getByText(/银行支付/)).toBeDefined();
    await userEvent.click(screen.getByRole('button', { name: '停用 窗口 one' }));
    await waitFor(() => expect(log.find(({ path }) => path === '$card-terminal')?.body).toEqual(parameters(text('id', 'one'), text('state', 'suspended'))));
  });

  test('keep what was typed when registering one is refused', async () => {
    answers('operator', ({ path }) => (path === '$card-terminal' ? new Refused(400, 'value', '终端编号只能有字母、数字、点和连字符，3 至 64 位。') : undefined));
    await open(<CardsPage />, { account: true });
    await userEvent.click(await screen.findByRole('button', { name: '登记终端' }));
    await userEvent.type(screen.getByLabelText('编号'), '号');
    await userEvent.click(screen.getByRole('button', { name: '登记' }));
    await screen.findByText(/终端编号只能有/);
    expect((screen.getByLabelText('编号') as HTMLInputElement).value).toBe('号');
  });
});
