import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { AuditEvent, Communication, Consent } from 'fhir/r4';
import { describe, expect, test } from 'vitest';
import { bundleOf, never, platform, Refused, type Asked } from '../test/platform';
import { openResident } from '../test/resident';

const ME = { name: '马秀兰', role: 'resident', account: 'acc', institution: '', fhirUser: 'Patient/p', patients: ['p', 'c'] };
const PEOPLE = bundleOf([
  { resourceType: 'Patient', id: 'c', name: [{ text: '李子轩' }] },
  { resourceType: 'Patient', id: 'p', name: [{ text: '马秀兰' }] },
]);

const CONSENT: Consent = {
  resourceType: 'Consent',
  id: 'k',
  meta: { versionId: '2' },
  status: 'active',
  scope: {},
  category: [],
  patient: { reference: 'Patient/p' },
  policy: [{ uri: 'u1' }],
  provision: { type: 'permit', actor: [{ role: {}, reference: { reference: 'Organization/h' } }], securityLabel: [{ code: 'HIV' }] },
};

const TEXTS = { resourceType: 'Parameters', parameter: [{ name: 'text', part: [{ name: 'uri', valueUri: 'u1' }, { name: 'version', valueString: '1' }, { name: 'text', valueString: '同意书全文' }] }] };

function event(id: string, at: string, more: Partial<AuditEvent> = {}): AuditEvent {
  return {
    resourceType: 'AuditEvent',
    id,
    recorded: at,
    type: {},
    subtype: [{ code: 'search-type' }],
    outcome: '0',
    source: { observer: {} },
    agent: [{ requestor: true, altId: 'doc', role: [{ coding: [{ code: 'practitioner' }] }], who: { reference: 'Practitioner/d' } }, { requestor: false, who: { reference: 'Organization/h' } }],
    entity: [{ detail: [{ type: 'type', valueString: 'Condition' }, { type: 'count', valueString: '3' }] }],
    ...more,
  };
}

/** The answers that every page needs; `own` is asked first. */
function answers(own: (asked: Asked) => unknown): Asked[] {
  return platform((asked) => {
    const said = own(asked);
    if (said !== undefined) return said;
    if (asked.path === '/access/me') return ME;
    if (asked.path === 'Patient') return PEOPLE;
    if (asked.path === 'Practitioner') return bundleOf([{ resourceType: 'Practitioner', id: 'd', name: [{ text: '李医生' }] }]);
    if (asked.path === 'Organization' || asked.path === 'Organization/_search') return bundleOf([{ resourceType: 'Organization', id: 'h', name: '县医院' }]);
    if (asked.path === 'Consent/$texts') return TEXTS;
    if (asked.path.endsWith('$access-grants') || asked.path.endsWith('$verify-signature') || asked.path.endsWith('$sign')) return { resourceType: 'Parameters' };
    return bundleOf([]);
  });
}

describe('Who read my record', () => {
  test('keeps its shape while it loads', async () => {
    answers(({ path }) => (path === 'AuditEvent' ? never : undefined));
    await openResident('/seen');
    await screen.findByRole('heading', { level: 1, name: '谁看过我的记录' });
    expect(await screen.findByRole('status', { name: '正在读取' })).toBeDefined();
  });

  test('says in the server’s sentence why it could not be read, and reads again', async () => {
    let refuse = true;
    answers(({ path }) => (path === 'AuditEvent' && refuse ? new Refused(403, 'forbidden', '无权查看审计') : undefined));
    await openResident('/seen');
    await screen.findByText('无权查看审计');
    refuse = false;
    await userEvent.click(screen.getByRole('button', { name: '重试' }));
    await screen.findByText('这段时间没有人查阅');
  });

  test('tells who, where, what and how often, refusals and emergencies', async () => {
    const asked = answers(({ path }) => {
      if (path === 'AuditEvent')
        return bundleOf([
          event('3', '2026-11-26T03:02:00Z', { outcome: '4', entity: [{ detail: [{ type: 'type', valueString: 'Patient' }] }] }),
          event('2', '2026-11-26T03:01:00Z'),
          event('1', '2026-11-26T03:00:01Z'),
        ]);
      if (path === 'Task')
        return bundleOf([
          {
            resourceType: 'Task', id: 't', status: 'requested', intent: 'order', requester: { reference: 'Practitioner/d' }, reasonCode: { text: '昏迷送入' },
            restriction: { period: { start: '2026-11-26T03:00:00Z', end: '2026-11-26T07:00:00Z' } },
          },
        ]);
      return undefined;
    });
    await openResident('/seen');
    const card = within((await screen.findByRole('heading', { level: 3, name: '李医生' })).closest('article')!);
    await card.findByText('县医院');
    card.getByText('2026-11-26 周四 11:00–11:02');
    card.getByText('被拒绝 1 次');
    await card.findByText('紧急查阅：昏迷送入');
    await userEvent.click(card.getByText('查看 3 次请求'));
    card.getByText(/查阅诊断.*2 次/);
    const query = asked.find(({ path }) => path === 'AuditEvent')!.query;
    expect(query.get('patient')).toBe('p');
    expect(query.get('agent-role')).toBe('practitioner,system,regulator,operator');
  });

  test('asks about the one who is chosen', async () => {
    const asked = answers(() => undefined);
    await openResident('/seen');
    await userEvent.selectOptions(await screen.findByLabelText('查看谁的档案'), '李子轩');
    await screen.findByText(/^李子轩的档案每被查阅/);
    await expect.poll(() => asked.filter(({ path }) => path === 'AuditEvent').at(-1)?.query.get('patient')).toBe('c');
  });
});

describe('Consents', () => {
  test('are given one question at a time, about the person who was chosen, in one’s own name', async () => {
    const asked = answers(({ method, path, body }) => (method === 'POST' && path === 'Consent' ? { ...(body as Consent), id: 'new', meta: { versionId: '1' } } : undefined));
    await openResident('/consents');
    await userEvent.selectOptions(await screen.findByLabelText('查看谁的档案'), '李子轩');
    await userEvent.click(await screen.findByRole('button', { name: '给出授权' }));
    await userEvent.click(await screen.findByRole('button', { name: '下一步' }));
    await screen.findByText('请先选择机构或医生。');
    await userEvent.click(await screen.findByLabelText('县医院'));
    await userEvent.click(screen.getByRole('button', { name: '下一步' }));
    await userEvent.click(await screen.findByLabelText('精神卫生'));
    await userEvent.click(screen.getByRole('button', { name: '下一步' }));
    await userEvent.click(await screen.findByLabelText(/^到我收回为止/));
    await userEvent.click(screen.getByRole('button', { name: '下一步' }));
    await screen.findByText('同意书全文');
    await userEvent.click(screen.getByRole('button', { name: '我已阅读并同意' }));
    await screen.findByRole('heading', { level: 1, name: '授权详情' });
    const written = asked.find(({ method, path }) => method === 'POST' && path === 'Consent')!.body as Consent;
    expect(written.patient?.reference).toBe('Patient/c');
    expect(written.performer).toEqual([{ reference: 'Patient/p' }]);
    expect(written.policy).toEqual([{ uri: 'u1' }]);
    expect(written.provision).toMatchObject({ type: 'permit', securityLabel: [{ code: 'PSY' }] });
    expect(written.provision).not.toHaveProperty('period');
    expect(asked.find(({ path }) => path === 'Consent/new/$sign')?.body).toEqual({ resourceType: 'Parameters', parameter: [{ name: 'ifVersion', valueInteger: 1 }] });
  });

  test('keep what was answered when the platform refuses, and say why', async () => {
    answers(({ method, path }) => (method === 'POST' && path === 'Consent' ? new Refused(422, 'business-rule', '这一版同意书已停用') : undefined));
    sessionStorage.clear();
    await openResident('/consents');
    await userEvent.click(await screen.findByRole('button', { name: '拒绝查阅' }));
    await userEvent.click(await screen.findByLabelText(/^所有人/));
    for (const _ of [1, 2, 3]) await userEvent.click(await screen.findByRole('button', { name: '下一步' }));
    await screen.findByText('同意书全文');
    await userEvent.click(screen.getByRole('button', { name: '我已阅读，确认拒绝' }));
    await screen.findByText('这一版同意书已停用');
    screen.getByText('所有人');
  });

  test('are in force where signing fails, and can be signed later', async () => {
    let signed = false;
    answers(({ path }) => {
      if (path === 'Consent/k') return CONSENT;
      if (path === 'Consent/k/$sign') {
        signed = true;
        return { resourceType: 'Provenance' };
      }
      if (path === 'Consent/k/$verify-signature')
        return { resourceType: 'Parameters', parameter: [{ name: 'valid', valueBoolean: signed }, ...(signed ? [{ name: 'signature', part: [{ name: 'when', valueInstant: '2026-11-26T03:00:00Z' }] }] : [])] };
      return undefined;
    });
    await openResident('/consents/k');
    await screen.findByText('这一版还没有签名');
    await userEvent.click(screen.getByRole('button', { name: '签名' }));
    await screen.findByText('验证有效');
    screen.getByText('2026-11-26 周四 11:00，平台凭您的登录签章');
  });

  test('are withdrawn against the version that was read', async () => {
    const asked = answers(({ method, path, body }) => {
      if (path !== 'Consent/k') return undefined;
      return method === 'PUT' ? { ...(body as Consent), meta: { versionId: '3' } } : CONSENT;
    });
    await openResident('/consents/k');
    await userEvent.click(await screen.findByRole('button', { name: '收回授权' }));
    expect(asked.some(({ method }) => method === 'PUT')).toBe(false);
    await userEvent.click(screen.getByRole('button', { name: '确认收回' }));
    await screen.findByText('已收回，现在生效');
    const put = asked.find(({ method }) => method === 'PUT')!;
    expect(put.ifMatch).toBe('W/"2"');
    expect((put.body as Consent).status).toBe('inactive');
  });

  test('are narrowed against the version that was read; what somebody changed meanwhile is said and shown', async () => {
    let now: Consent = { ...CONSENT, provision: { ...CONSENT.provision!, securityLabel: [{ code: 'HIV' }, { code: 'PSY' }] } };
    const asked = answers(({ method, path, body, ifMatch }) => {
      if (path !== 'Consent/k') return undefined;
      if (method === 'GET') return now;
      if (ifMatch !== 'W/"3"') {
        now = { ...now, meta: { versionId: '3' } };
        return new Refused(412, 'conflict', '这份同意书刚被修改过');
      }
      now = { ...(body as Consent), meta: { versionId: '4' } };
      return now;
    });
    await openResident('/consents/k/narrow');
    const narrow = async () => {
      await userEvent.click(await screen.findByLabelText('艾滋病相关'));
      await userEvent.click(screen.getByRole('button', { name: '缩小授权' }));
    };
    await narrow();
    await screen.findByText('这份同意书刚被修改过');
    await screen.findByRole('button', { name: '请先选择要缩小的内容' });
    await narrow();
    await screen.findByText('已缩小，现在生效');
    const put = asked.filter(({ method }) => method === 'PUT').at(-1)!;
    expect((put.body as Consent).provision?.securityLabel).toEqual([{ code: 'PSY' }]);
  });

  test('show what is there when somebody changed them meanwhile', async () => {
    let now = CONSENT;
    answers(({ method, path }) => {
      if (path !== 'Consent/k') return undefined;
      if (method === 'GET') return now;
      now = { ...CONSENT, meta: { versionId: '3' }, status: 'inactive' };
      return new Refused(412, 'conflict', '这份同意书刚被修改过');
    });
    await openResident('/consents/k');
    await userEvent.click(await screen.findByRole('button', { name: '收回授权' }));
    await userEvent.click(screen.getByRole('button', { name: '确认收回' }));
    await screen.findByText('这份同意书刚被修改过');
    await screen.findByText('已收回');
    expect(screen.queryByRole('button', { name: '确认收回' })).toBeNull();
  });
});

describe('My records at institutions', () => {
  const record = (id: string, institution: string, number?: string) => ({ name: 'member', resource: { resourceType: 'Patient', id, managingOrganization: { reference: `Organization/${institution}` }, ...(number ? { identifier: [{ value: number }] } : {}) } });

  test('are listed by institution, numbers masked, the one that is looked at marked', async () => {
    answers(({ path }) => (path === 'Patient/p/$person' ? { resourceType: 'Parameters', parameter: [record('p', 'h', '640104198001011234'), record('q', 'unknown')] } : undefined));
    await openResident('/identities');
    const list = within(await screen.findByRole('list', { name: '我在各机构的记录' }));
    await list.findByText('县医院');
    list.getByText(/6401\*+1234/);
    list.getByText('未注明机构');
    list.getByText(/没有登记证件号码/);
    list.getByText('主要');
  });

  test('say when there is none, and in the server’s sentence why they could not be read', async () => {
    answers(({ path }) => (path === 'Patient/p/$person' ? { resourceType: 'Parameters' } : undefined));
    await openResident('/identities');
    await screen.findByText('还没有归到您名下的记录');
  });

  test('are read again after a refusal', async () => {
    let refuse = true;
    answers(({ path }) => (path === 'Patient/p/$person' ? (refuse ? new Refused(404, 'not-found', '居民主索引里还没有这份记录，请稍后重试。') : { resourceType: 'Parameters', parameter: [record('p', 'h')] }) : undefined));
    await openResident('/identities');
    await screen.findByText(/请稍后重试/);
    refuse = false;
    await userEvent.click(screen.getByRole('button', { name: /重试|重新/ }));
    await screen.findByText('县医院');
  });
});

describe('The pages', () => {
  test('say to staff that this is the wrong door', async () => {
    answers(({ path }) => (path === '/access/me' ? { ...ME, role: 'practitioner', patients: [] } : undefined));
    await openResident('/');
    await screen.findByText('这里是居民的页面');
  });

  test('say to a resident without a checked identity what to do', async () => {
    answers(({ path }) => (path === '/access/me' ? { ...ME, patients: [] } : undefined));
    await openResident('/');
    await screen.findByText('您的身份还没有核实');
  });

  test('list grants with cause and end, and objections apart', async () => {
    const grant = (...part: object[]) => ({ name: 'grant', part });
    answers(({ path }) =>
      path === 'Patient/p/$access-grants'
        ? {
            resourceType: 'Parameters',
            parameter: [
              grant({ name: 'effect', valueCode: 'opens' }, { name: 'reason', valueCode: 'encounter' }, { name: 'to', valueReference: { reference: 'Practitioner/d', display: '李医生' } }, { name: 'until', valueInstant: '2026-12-02T01:00:00Z' }, { name: 'stands', valueBoolean: true }),
              grant({ name: 'effect', valueCode: 'opens' }, { name: 'reason', valueCode: 'regulatory-case' }, { name: 'to', valueReference: { identifier: { value: 'acc' } } }, { name: 'stands', valueBoolean: true }),
              grant({ name: 'effect', valueCode: 'closes' }, { name: 'reason', valueCode: 'consent' }, { name: 'cause', valueReference: { reference: 'Consent/k' } }, { name: 'stands', valueBoolean: true }, { name: 'category', valueCode: 'HIV' }, { name: 'category', valueCode: 'SEX' }),
            ],
          }
        : undefined,
    );
    await openResident('/may-see');
    const opened = within(await screen.findByRole('list', { name: '现在开放' }));
    opened.getByText('李医生');
    opened.getByText('因为就诊 · 到 2026-12-02 周三 09:00');
    opened.getByText('监管人员');
    opened.getByText(/因为监管调查/);
    const closed = within(screen.getByRole('list', { name: '您已拒绝' }));
    expect(closed.getByRole('link').getAttribute('href')).toBe('#/consents/k');
    closed.getByText('所有人');
    closed.getByText(/艾滋病相关、生殖健康/);
  });

  test('lead from a message to what it is about', async () => {
    const message = (id: string, topic?: string): Communication => ({ resourceType: 'Communication', id, status: 'completed', sent: '2026-11-26T01:00:00Z', payload: [{ contentString: id }], ...(topic ? { topic: { coding: [{ system: 'https://helan.health/fhir/CodeSystem/task', code: topic }] } } : {}) });
    answers(({ path }) => (path === 'Communication' ? bundleOf([message('紧急', 'emergency-access'), message('监管', 'regulatory-case'), message('请空腹\n早八点到三楼'), message('复诊'), { ...message('投诉有了答复。\nAnswered.', 'complaint'), about: [{ reference: 'Task/t1' }] }]) : undefined));
    await openResident('/messages');
    const links = async (text: string) => within((await screen.findByText(text)).closest('article')!).queryAllByRole('link').map((link) => link.getAttribute('href'));
    expect(await links('紧急')).toEqual(['#/emergency']);
    expect(await links('监管')).toEqual(['#/seen']);
    expect(await links('复诊')).toEqual([]);
    // What others write is not cut.
    await screen.findByText(/请空腹\s+早八点到三楼/);
    expect(await links('投诉有了答复。')).toEqual(['#/complaints/t1']);
  });

  test('end a session of another device only', async () => {
    const session = (id: string, current: boolean) => ({ id, device: `设备${id}`, source: '10.0.*.*', created: '', seen: '2026-11-26T01:00:00Z', until: '', current });
    const asked = answers(({ path }) => (path === '/access/me/sessions' ? [session('1', true), session('2', false)] : path === '/access/me/history' ? [] : undefined));
    await openResident('/account');
    await userEvent.click(await screen.findByRole('button', { name: '让 设备2 退出' }));
    expect(screen.queryByRole('button', { name: '让 设备1 退出' })).toBeNull();
    await expect.poll(() => asked.some(({ method, path }) => method === 'DELETE' && path === '/access/me/sessions/2')).toBe(true);
  });
});
