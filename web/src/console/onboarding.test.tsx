import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { Parameters, ParametersParameter } from 'fhir/r4';
import { describe, expect, test } from 'vitest';
import { never, open, platform, Refused, type Asked } from '../test/platform';
import { applicationOf, jsonOf } from './onboarding/application';
import { OnboardingPage } from './onboarding/OnboardingPage';

const head = (state: string): ParametersParameter[] => [
  { name: 'id', valueString: 'a123' },
  { name: 'state', valueCode: state },
  { name: 'name', valueString: '贺兰县人民医院' },
  { name: 'changed', valueInstant: '2026-11-26T03:00:00Z' },
];

const line = (code: string, text: string, more: ParametersParameter[]): ParametersParameter => ({
  name: 'line',
  part: [{ name: 'code', valueCode: code }, { name: 'of', valueString: 'adt' }, { name: 'what', valueString: 'ADT^A01' }, { name: 'text', valueString: text }, ...more],
});

const whole = (state: string, may: string[]): Parameters => ({
  resourceType: 'Parameters',
  parameter: [
    ...head(state),
    { name: 'application', valueString: '{"organization":{"name":"贺兰县人民医院"}}' },
    { name: 'client', part: [{ name: 'system', valueString: 'his' }, { name: 'sandbox', valueString: 'sandbox.a123.his' }, { name: 'live', valueString: 'a123.his' }] },
    { name: 'act', part: [{ name: 'step', valueCode: 'apply' }, { name: 'at', valueInstant: '2026-11-26T02:00:00Z' }, { name: 'by', valueString: 'op-1' }, { name: 'role', valueCode: 'operator' }, { name: 'reason', valueString: '接入区域平台' }] },
    line('accepted', 'adt：ADT^A01 消息可读并已留存', [{ name: 'proved', valueBoolean: true }, { name: 'at', valueInstant: '2026-11-26T03:05:00Z' }, { name: 'message', valueString: '0a1m' }, { name: 'mapping', valueString: 'adt@1' }]),
    line('refused', 'adt：一条有错的 ADT^A01 被拒绝，并说明了原因', [{ name: 'proved', valueBoolean: false }]),
    ...may.map((valueCode) => ({ name: 'may', valueCode })),
  ],
});

const list = (...states: string[]): Parameters => ({ resourceType: 'Parameters', parameter: states.map((state) => ({ name: 'onboarding', part: head(state) })) });

/** Signed in with an account of this role. */
async function as(role: string, own: (asked: Asked) => unknown, at = '/onboarding'): Promise<Asked[]> {
  const asked = platform((one) => own(one) ?? (one.path === '/access/me' ? { name: '某某', role, account: 'a', patients: [], institution: '' } : { resourceType: 'Parameters' }));
  await open(<OnboardingPage />, { account: true, path: '/onboarding', at });
  return asked;
}

const one = (state: string, may: string[]) => (asked: Asked) => (asked.path !== '$onboarding' ? undefined : asked.query.has('id') ? whole(state, may) : list(state));

describe('Onboarding', () => {
  test('keeps its shape while it loads', async () => {
    await as('operator', ({ path }) => (path === '$onboarding' ? never : undefined));
    await screen.findByRole('status', { name: '正在读取' });
  });

  test('says that nobody has applied, and asks for nobody', async () => {
    const asked = await as('operator', () => undefined);
    await screen.findByText('没有接入申请');
    expect(asked.some(({ query }) => query.has('id'))).toBe(false);
  });

  test('says in the server’s sentence why it is not shown', async () => {
    await as('regulator', ({ path }) => (path === '$onboarding' ? new Refused(503, 'transient', '数据库暂时没有应答') : undefined));
    await screen.findByText('数据库暂时没有应答');
  });

  test('shows each line of the check list proved or open, with the proof', async () => {
    await as('regulator', one('testing', []));
    const checks = within(await screen.findByRole('list', { name: '检查清单' }));
    const [proved, open] = checks.getAllByRole('listitem');
    expect(proved!.textContent).toContain('通过');
    expect(proved!.textContent).toContain('证据 0a1m');
    expect(proved!.textContent).toContain('adt@1');
    expect(open!.textContent).toContain('未通过');
    screen.getByText('检查清单：2 项中通过 1 项');
    screen.getByText('接入区域平台');
    screen.getByText('sandbox.a123.his');
    expect(screen.queryByRole('form', { name: '下一步' })).toBeNull();
  });

  test('offers regulators no application, and the steps that the server names', async () => {
    await as('regulator', one('live', ['suspend']));
    const next = within(await screen.findByRole('form', { name: '下一步' }));
    expect(next.getAllByRole('button').map(({ textContent }) => textContent!.replaceAll(' ', ''))).toEqual(['暂停']);
    expect(screen.queryByRole('button', { name: '申请接入' })).toBeNull();
  });

  test('takes a step with its reason; what is typed stays when it is refused', async () => {
    const asked = await as('operator', (each) => (each.path === '$onboarding-step' ? new Refused(403, 'forbidden', '申请或修改过这份申请的人不能为它认证') : one('testing', ['certify'])(each)));
    await userEvent.click(await screen.findByRole('button', { name: '认证' }));
    await userEvent.click(screen.getByRole('button', { name: '执行：认证' }));
    await screen.findByText('至少写 5 个字。');
    expect(asked.some(({ path }) => path === '$onboarding-step')).toBe(false);
    const reason = screen.getByLabelText<HTMLTextAreaElement>('理由');
    await userEvent.type(reason, '清单已核对');
    await userEvent.click(screen.getByRole('button', { name: '执行：认证' }));
    await screen.findByText('申请或修改过这份申请的人不能为它认证');
    expect(reason.value).toBe('清单已核对');
    const body = asked.find(({ path }) => path === '$onboarding-step')!.body as { parameter: { name: string; valueString: string }[] };
    expect(Object.fromEntries(body.parameter.map(({ name, valueString }) => [name, valueString]))).toEqual({ id: 'a123', step: 'certify', reason: '清单已核对' });
  });

  test('names the ports of feeds when it opens the sandbox', async () => {
    const asked = await as('operator', (each) => (each.path === '$onboarding-step' ? whole('testing', []) : one('applied', ['open-sandbox'])(each)));
    await userEvent.click(await screen.findByRole('button', { name: '开放沙箱' }));
    await userEvent.type(screen.getByLabelText('消息流设置（JSON，按名称）'), '{{"adt": {{"port": 2599}}');
    await userEvent.type(screen.getByLabelText('理由'), '资料齐全，开放');
    await userEvent.click(screen.getByRole('button', { name: '执行：开放沙箱' }));
    await expect.poll(() => asked.some(({ path }) => path === '$onboarding-step')).toBe(true);
    const body = asked.find(({ path }) => path === '$onboarding-step')!.body as { parameter: { name: string; valueString: string }[] };
    expect(JSON.parse(body.parameter.find(({ name }) => name === 'settings')!.valueString)).toEqual({ adt: { port: 2599 } });
  });

  test('gives an application back as the platform keeps it', () => {
    const kept = {
      institution: 'h1',
      organization: { code: '12640122MB0000001T', name: '县医院', level: 'tertiary', contact: '王工', phone: '0951' },
      systems: [{ id: 'his', name: 'HIS', vendor: '某公司', scopes: ['system/*.cruds'], jwks: { keys: [{ kty: 'EC' }] } }],
      feeds: [
        { name: 'papers', system: 'his', transport: 'document' },
        { name: 'list', system: 'his', transport: 'table', structures: ['residents'] },
        { name: 'api', system: 'his', transport: 'fhir', resources: ['Patient', 'Observation'] },
      ],
    };
    expect(JSON.parse(jsonOf(applicationOf(JSON.stringify(kept))))).toEqual(kept);
  });

  test('takes an application and shows it', async () => {
    const asked = await as('practitioner', (each) => (each.path === '$onboarding-apply' ? whole('applied', ['amend', 'withdraw']) : one('applied', ['amend', 'withdraw'])(each)), '/onboarding?apply');
    const form = within(await screen.findByRole('form', { name: '申请接入' }));
    const organization = within(form.getByRole('group', { name: '机构' }));
    await userEvent.type(organization.getByLabelText('名称'), '某卫生院');
    await userEvent.type(organization.getByLabelText('统一社会信用代码'), '12640122MB0000001T');
    const system = within(form.getByRole('group', { name: '系统 1' }));
    await userEvent.type(system.getByLabelText('公钥网址（jwksUri，https）'), 'https://his.example/jwks.json');
    const feed = within(form.getByRole('group', { name: '消息流 1' }));
    await userEvent.type(feed.getByLabelText('消息结构'), 'ADT^A01，ADT^A03');
    await userEvent.type(feed.getByLabelText('发送方（MSH-3|MSH-4）'), 'HIS|HOSP');
    await userEvent.click(form.getByRole('button', { name: '再加一个消息流' }));
    await userEvent.click(form.getByRole('button', { name: '去掉消息流 2' }));
    await userEvent.type(form.getByLabelText('理由'), '卫生院接入');
    await userEvent.click(form.getByRole('button', { name: '提交申请' }));
    await expect.poll(() => asked.some(({ path }) => path === '$onboarding-apply')).toBe(true);
    const body = asked.find(({ path }) => path === '$onboarding-apply')!.body as { parameter: { name: string; valueString: string }[] };
    expect(JSON.parse(body.parameter.find(({ name }) => name === 'application')!.valueString)).toMatchObject({
      organization: { name: '某卫生院', code: '12640122MB0000001T', level: 'secondary' },
      systems: [{ id: 'his', jwksUri: 'https://his.example/jwks.json' }],
      feeds: [{ name: 'adt', system: 'his', transport: 'mllp', structures: ['ADT^A01', 'ADT^A03'], sender: 'HIS|HOSP' }],
    });
    await expect.poll(() => screen.queryByRole('form', { name: '申请接入' })).toBeNull();
    await screen.findByRole('button', { name: '修改申请' });
  });

  test('says why a file of the kit did not come', async () => {
    await as('operator', (each) => (each.path === '$kit' ? new Refused(404, 'not-found', '接入工具包中没有这个文件') : undefined));
    await userEvent.click(await screen.findByRole('button', { name: 'OpenAPI 3.1' }));
    await screen.findByText('接入工具包中没有这个文件');
  });
});
