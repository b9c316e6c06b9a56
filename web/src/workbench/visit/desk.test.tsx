import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { Composition } from 'fhir/r4';
import { beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import en from '../../shared/i18n/en';
import { startTranslation } from '../../shared/i18n/i18n';
import zh from '../../shared/i18n/zh';
import { DocumentView } from '../../shared/record/DocumentView';
import { bundleOf, open, platform, Refused, type Asked } from '../../test/platform';

const code = (name: string, valueCode: string) => ({ name, valueCode });
const at = (name: string, reference: string, display?: string) => ({ name, valueReference: { reference, display } });
const visit = (id: string, state: string, ...more: unknown[]) => ({
  name: 'visit',
  part: [at('visit', `Encounter/${id}`), code('state', state), code('side', 'doctor'), at('patient', 'Patient/p', '王芳'), { name: 'complaint', valueString: '头晕' }, { name: 'applied', valueInstant: '2026-11-20T01:00:00Z' }, { name: 'since', valueInstant: '2026-11-20T02:00:00Z' }, ...more],
});
const parameters = (...parameter: unknown[]) => ({ resourceType: 'Parameters', parameter });

function document(id: string, title: string, words: string, appends?: string): Composition {
  return {
    resourceType: 'Composition',
    id,
    meta: { versionId: '1' },
    status: 'final',
    type: {},
    date: '2026-11-20T02:00:00Z',
    title,
    subject: { reference: 'Patient/p' },
    author: [{ reference: 'Practitioner/d' }],
    section: [{ title, text: { status: 'additional', div: `<div xmlns="http://www.w3.org/1999/xhtml"><p>${words}</p></div>` } }],
    ...(appends ? { relatesTo: [{ code: 'appends', targetReference: { reference: appends } }] } : {}),
  };
}

const NOTE = document('n', '处理意见', '继续原方案');

let addenda: Composition[] = [];
let signed = new Set(['n']);

function answers(own: (asked: Asked) => unknown = () => undefined): Asked[] {
  return platform((asked) => {
    const said = own(asked);
    if (said !== undefined) return said;
    const { path, query, body } = asked;
    if (path === '$visits') return query.has('past') || query.has('visit') ? parameters(visit('v', 'closed', at('note', 'Composition/n'))) : parameters();
    if (path.endsWith('$conversation')) return parameters(visit('v', 'closed'));
    if (path === 'Composition/n') return NOTE;
    if (path === 'Composition') return bundleOf(query.get('related-ref') === 'Composition/n' ? addenda : []);
    if (path.endsWith('$addendum')) {
      const { valueString } = (body as { parameter: { valueString: string }[] }).parameter[0]!;
      addenda = [document('a', '补记', valueString, 'Composition/n')];
      return addenda[0];
    }
    if (path.endsWith('$sign')) {
      signed.add(path.split('/')[1]!);
      return { resourceType: 'Provenance' };
    }
    if (path.endsWith('$verify-signature')) return parameters(...(signed.has(path.split('/')[1]!) ? [{ name: 'valid', valueBoolean: true }, { name: 'signature', part: [{ name: 'when', valueInstant: '2026-11-20T02:00:00Z' }] }] : []));
    return bundleOf([]);
  });
}

// Pages of visits bring their texts along: they are loaded once there are languages to add them to.
beforeAll(() => startTranslation({ zh, en: () => Promise.resolve(en) }));

beforeEach(() => {
  addenda = [];
  signed = new Set(['n']);
  vi.stubGlobal('WebSocket', class {
    close() {}
  });
});

describe('A visit that is open', () => {
  test('is not taken before its fee is there', async () => {
    let paid = false;
    const log = answers(({ path }) => (path === '$visits' ? parameters(visit('v', 'eligible', { name: 'fee', valueMoney: { value: 18, currency: 'CNY' } }, { name: 'paid', valueBoolean: paid })) : path.endsWith('$conversation') ? parameters(visit('v', 'eligible')) : path.endsWith('$accept') ? { resourceType: 'Encounter' } : undefined));
    const { DeskPage } = await import('./DeskPage');
    const shown = await open(<DeskPage />);
    await screen.findByText('复诊费 ¥18.00 待支付');
    shown.unmount();
    const { VisitDesk } = await import('./VisitDesk');
    const desk = await open(<VisitDesk />, { path: '/online/:visit', at: '/online/v' });
    await screen.findByText('复诊费 ¥18.00 待支付');
    expect(screen.queryByRole('button', { name: '接诊' })).toBeNull();
    desk.unmount();
    paid = true;
    await open(<VisitDesk />, { path: '/online/:visit', at: '/online/v' });
    await userEvent.click(await screen.findByRole('button', { name: '接诊' }));
    await waitFor(() => expect(log.some(({ path }) => path === 'Encounter/v/$accept')).toBe(true));
  });
});

describe('Taking a visit', () => {
  test('asks who sits there to prove to be it; a wrong proof is told, a right one goes on with what was asked', async () => {
    let proved = false;
    const log = answers(({ path, method, body }) => {
      if (path === '$visits') return parameters(visit('v', 'eligible'));
      if (path.endsWith('$conversation')) return parameters(visit('v', 'eligible'));
      if (path.endsWith('$accept')) return proved ? { resourceType: 'Encounter' } : new Refused(403, 'expired', '请重新验证本人身份后再试。');
      if (path === '/access/me/proof' && method === 'GET') return { by: 'code', minutes: 30 };
      if (path === '/access/me/proof') {
        proved = (body as { given: string }).given === '123456';
        return proved ? { by: 'code', minutes: 30 } : new Refused(422, 'business-rule', '验证没有通过，请再试一次。');
      }
      return undefined;
    });
    const { VisitDesk } = await import('./VisitDesk');
    await open(<VisitDesk />, { path: '/online/:visit', at: '/online/v' });
    await userEvent.click(await screen.findByRole('button', { name: '接诊' }));
    const code = await screen.findByRole<HTMLInputElement>('textbox', { name: '验证码（或恢复码）' });
    await userEvent.type(code, '000000{Enter}');
    await screen.findByText('验证没有通过，请再试一次。');
    expect(code.value).toBe('');
    await userEvent.type(code, '123456{Enter}');
    await waitFor(() => expect(screen.queryByRole('form', { name: '请重新验证本人身份' })).toBeNull());
    expect(log.map(({ path }) => path).filter((path) => /\$accept|proof/.test(path))).toEqual(['Encounter/v/$accept', '/access/me/proof', '/access/me/proof', '/access/me/proof', 'Encounter/v/$accept']);
  });

  test('leads to a new sign-in whom an outside provider vouches for', async () => {
    answers(({ path }) => {
      if (path === '$visits' || path.endsWith('$conversation')) return parameters(visit('v', 'accepted'));
      if (path.endsWith('$begin')) return new Refused(403, 'expired', '请重新验证本人身份后再试。');
      return path === '/access/me/proof' ? { by: 'sign-in', minutes: 30 } : undefined;
    });
    const { VisitDesk } = await import('./VisitDesk');
    await open(<VisitDesk />, { path: '/online/:visit', at: '/online/v' });
    await userEvent.click(await screen.findByRole('button', { name: '开始就诊' }));
    await screen.findByRole('button', { name: '重新登录' });
  });
});

describe('A visit in progress', () => {
  test('keeps the note before a prescription of it is written, and finds it again', async () => {
    let note = false;
    const now = () => visit('v', 'in-progress', ...(note ? [at('note', 'Composition/k')] : []));
    const log = answers(({ path }) => {
      if (path === '$visits') return parameters(now());
      if (path.endsWith('$conversation')) return parameters(visit('v', 'in-progress'));
      if (path.endsWith('$note')) {
        note = true;
        return { ...NOTE, id: 'k' };
      }
      return undefined;
    });
    const { VisitDesk } = await import('./VisitDesk');
    const { router } = await open(<VisitDesk />, { path: '/online/:visit', at: '/online/v' });
    await userEvent.type(await screen.findByLabelText('主诉'), '头晕三天');
    await userEvent.click(screen.getByRole('button', { name: '开处方' }));
    await waitFor(() => expect(router.state.location.pathname + router.state.location.search).toBe('/persons/p/prescribe?encounter=v'));
    expect(log.find(({ path }) => path.endsWith('$note'))?.body).toEqual({ resourceType: 'Parameters', parameter: [{ name: 'chief-complaint', valueString: '头晕三天' }] });
    await router.navigate('/online/v');
    expect((await screen.findByLabelText<HTMLTextAreaElement>('主诉')).value).toBe('头晕三天');
    // As it was typed: it is not read again.
    expect(log.some(({ path }) => path === 'Composition/k')).toBe(false);
  });
});

describe('A visit that has ended', () => {
  test('is found among those that ended', async () => {
    answers();
    const { DeskPage } = await import('./DeskPage');
    await open(<DeskPage />);
    await screen.findByText('没有等待的复诊');
    await userEvent.click(screen.getByText('已结束'));
    expect((await screen.findByRole('link', { name: /王芳/ })).getAttribute('href')).toContain('/online/v');
  });

  test('is added to by a signed document; a signature that failed loses no word, and is given to the same document', async () => {
    let refuse = true;
    const log = answers(({ path }) => (path.endsWith('$sign') && refuse ? new Refused(422, 'business-rule', '没有可用的签名证书。') : undefined));
    const { VisitDesk } = await import('./VisitDesk');
    await open(<VisitDesk />, { path: '/online/:visit', at: '/online/v' });
    await screen.findByText('继续原方案');
    const words = () => screen.getByRole<HTMLTextAreaElement>('textbox', { name: '写补记' });
    await userEvent.click(screen.getByRole('button', { name: '签名并补记' }));
    await screen.findByText('请写明要补充的内容');
    expect(log.some(({ path }) => path.endsWith('$addendum'))).toBe(false);
    await userEvent.type(words(), '青霉素过敏');
    await userEvent.click(screen.getByRole('button', { name: '签名并补记' }));
    await screen.findByText('没有可用的签名证书。');
    await screen.findByText('这份补记还没有签名');
    expect(words().value).toBe('青霉素过敏');
    refuse = false;
    await userEvent.click(screen.getByRole('button', { name: '签名并补记' }));
    await screen.findByText('青霉素过敏', { selector: 'p' });
    await waitFor(() => expect(words().value).toBe(''));
    expect(log.map(({ path }) => path).filter((path) => /\$(addendum|sign)$/.test(path))).toEqual(['Encounter/v/$addendum', 'Composition/a/$sign', 'Encounter/v/$addendum', 'Composition/a/$sign']);
    expect(log.some(({ path, method }) => path === 'Composition/n' && method !== 'GET')).toBe(false);
  });
});

describe('A document in the record', () => {
  test('is read with what was added to it, and says what nobody has signed', async () => {
    addenda = [document('a', '补记', '青霉素过敏', 'Composition/n'), document('b', '补记', '已电话告知', 'Composition/n')];
    signed.add('a');
    answers();
    await open(<DocumentView document={{ title: '', attachments: [], composition: NOTE }} />);
    await screen.findByText('继续原方案');
    const [first, second] = (await screen.findAllByRole('heading', { level: 3, name: /补记/ })).map((heading) => within(heading.parentElement!));
    await second!.findByText('医生尚未签名');
    second!.getByText('已电话告知');
    first!.getByText('青霉素过敏');
    expect(first!.queryByText('医生尚未签名')).toBeNull();
  });

  test('says that it is an addendum', async () => {
    answers();
    await open(<DocumentView document={{ title: '', attachments: [], composition: document('a', '补记', '青霉素过敏', 'Composition/n') }} />);
    await screen.findByText('这份文书补充较早的一份，原文书保持不变。');
  });
});
