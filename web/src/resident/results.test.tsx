import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { Communication, DiagnosticReport, Parameters } from 'fhir/r4';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import en from '../shared/i18n/en';
import { startTranslation } from '../shared/i18n/i18n';
import zh from '../shared/i18n/zh';
import { signIn } from '../shared/session/session';
import { bundleOf, platform, Refused, type Asked } from '../test/platform';
import { Resident } from './Resident';
import { go } from './router';

const ME = { name: '丁志明', role: 'resident', account: 'acc', institution: '', fhirUser: 'Patient/p', patients: ['p', 'child'] };
const subject = { reference: 'Patient/p' };
const report: DiagnosticReport = { resourceType: 'DiagnosticReport', id: 'r', meta: { versionId: '1' }, status: 'final', code: { text: '空腹血糖' }, subject, issued: '2026-11-20T08:00:00Z', performer: [{ reference: 'Practitioner/d', display: '王医生' }] };
const notice = (id: string, received?: string): Communication => ({
  resourceType: 'Communication',
  id,
  status: 'completed',
  subject,
  topic: { coding: [{ system: 'https://helan.health/fhir/CodeSystem/report-notice', code: 'issued' }] },
  about: [{ reference: 'DiagnosticReport/r' }],
  sent: '2026-11-20T08:00:01Z',
  payload: [{ contentString: '检查检验报告已出：空腹血糖。\nA report was issued: 空腹血糖.' }],
  ...(received ? { received } : {}),
});
const money = (value: number) => ({ value, currency: 'CNY' as const });
const day = (date: string, sum: number, total: number, more: object[] = []) => ({ name: 'day', part: [{ name: 'date', valueDate: date }, { name: 'sum', valueMoney: money(sum) }, { name: 'total', valueMoney: money(total) }, { name: 'lines', valueInteger: 2 }, ...more] });
const line = (name: string, amount: number, standing: string) => ({
  name: 'line',
  part: [
    { name: 'item', valueReference: { reference: `ChargeItem/${name}` } },
    { name: 'standing', valueCode: standing },
    { name: 'name', valueString: name },
    { name: 'quantity', valueDecimal: 3 },
    { name: 'unit', valueString: '袋' },
    { name: 'unit-price', valueMoney: money(3.35) },
    { name: 'amount', valueMoney: money(amount) },
    { name: 'insurance', valueCode: 'A' },
  ],
});
const bill = (date: string | null): Parameters =>
  ({
    resourceType: 'Parameters',
    parameter: [
      { name: 'institution', valueReference: { reference: 'Organization/h', display: '第一人民医院' } },
      { name: 'admitted', valueDateTime: '2026-11-20T08:00:00+08:00' },
      day('2026-11-20', 45.1, 45.1),
      day('2026-11-21', 10.05, 55.15, date ? [line('0.9% 氯化钠注射液', 10.05, 'counted'), line('胸部 CT', 280, 'struck')] : []),
      { name: 'total', valueMoney: money(55.15) },
      { name: 'deposit', valueMoney: money(50) },
      { name: 'balance', valueMoney: money(-5.15) },
    ],
  }) as Parameters;

let unread = 1;
let push: ((text: string) => void) | undefined;

/** Says that there is news, once the page listens. */
async function pushNews() {
  await waitFor(() => expect(push).toBeDefined());
  push?.('event: news\ndata: {}\n\n');
}

function answers(own: (asked: Asked) => unknown = () => undefined): Asked[] {
  const log = platform((asked) => {
    const said = own(asked);
    if (said !== undefined) return said;
    const { path, query } = asked;
    if (path === '/access/me') return ME;
    if (path === 'Patient') return bundleOf([{ resourceType: 'Patient', id: 'p', name: [{ text: '丁志明' }] }, { resourceType: 'Patient', id: 'child', name: [{ text: '丁小宝' }] }]);
    if (path === 'Communication') return query.has('_summary') ? { resourceType: 'Bundle', type: 'searchset', total: query.get('subject') === 'Patient/p' ? unread : 0 } : bundleOf([notice('m1'), notice('m2', '2026-11-20T09:00:00Z')]);
    if (path === 'DiagnosticReport') return bundleOf([report]);
    if (path.endsWith('$daily-bill')) return bill(query.get('date'));
    if (path.endsWith('$mark-read')) return { resourceType: 'Parameters', parameter: [{ name: 'read', valueInteger: 1 }] };
    if (path === '$find-care') return { resourceType: 'Parameters', ...(query.get('what') === 'doctor' ? { parameter: [{ name: 'hit', part: [{ name: 'resource', valueReference: { reference: 'PractitionerRole/x' } }, { name: 'practitioner', valueReference: { reference: 'Practitioner/d' } }, { name: 'name', valueString: '薛糖生' }] }] } : {}) };
    if (path.endsWith('$verify-signature')) return { resourceType: 'Parameters', parameter: [] };
    return bundleOf([]);
  });
  // The one line that stays open; everything else is answered above.
  const usual = globalThis.fetch;
  vi.stubGlobal('fetch', (address: string, init: RequestInit) => {
    if (address !== '/access/notices') return usual(address, init);
    const stream = new ReadableStream<Uint8Array>({
      start(controller) {
        push = (text) => controller.enqueue(new TextEncoder().encode(text));
        push('event: open\ndata: {}\n\n');
        init.signal?.addEventListener('abort', () => controller.error(new DOMException('gone', 'AbortError')));
      },
    });
    return Promise.resolve(new Response(stream, { status: 200 }));
  });
  return log;
}

async function open(route: string) {
  await startTranslation({ zh, en: () => Promise.resolve(en) });
  go(route);
  signIn('token', 'refresh');
  return render(
    <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
      <Resident />
    </QueryClientProvider>,
  );
}

beforeEach(() => {
  sessionStorage.clear();
  unread = 1;
  push = undefined;
});
afterEach(() => vi.unstubAllGlobals());

describe('News', () => {
  test('stands at the tab of messages, and is told on the page that is open when it comes', async () => {
    answers();
    await open('/stays');
    await screen.findByText('（1 条未读）');
    await waitFor(() => expect(push).toBeDefined());
    unread = 3;
    await pushNews();
    await screen.findByText('您有新消息');
    await screen.findByText('（3 条未读）');
    await userEvent.click(screen.getByRole('link', { name: '查看' }));
    await screen.findByRole('heading', { level: 1, name: '消息' });
    expect(screen.queryByText('您有新消息')).toBeNull();
  });

  test('that changes nothing for anybody shows nothing', async () => {
    const log = answers();
    await open('/stays');
    await screen.findByText('（1 条未读）');
    const before = log.length;
    await pushNews();
    await waitFor(() => expect(log.slice(before).filter(({ path }) => path === 'Communication')).toHaveLength(2));
    expect(screen.queryByText('您有新消息')).toBeNull();
  });

  test('leads to the report, which counts as read once it is open', async () => {
    const log = answers();
    await open('/messages');
    expect(await screen.findAllByText('未读')).toHaveLength(1);
    expect(screen.queryByText(/A report was issued/)).toBeNull();
    await userEvent.click(screen.getAllByRole('link', { name: '打开报告' })[0]!);
    await screen.findByRole('heading', { level: 1, name: '空腹血糖' });
    await waitFor(() => expect(log.filter(({ path }) => path.endsWith('$mark-read')).map(({ path, body }) => [path, JSON.stringify(body).includes('DiagnosticReport/r')])).toEqual([['Communication/m1/$mark-read', false], ['Communication/$mark-read', true]]));
  });

  test('can be marked as read all at once', async () => {
    const log = answers();
    await open('/messages');
    await userEvent.click(await screen.findByRole('button', { name: '全部标为已读' }));
    await waitFor(() => expect(log.find(({ path }) => path === 'Communication/$mark-read')?.body).toMatchObject({ parameter: [{ name: 'patient', valueString: 'Patient/p' }] }));
  });
});

describe('The daily bill', () => {
  test('shows each day with its sum, and that the deposit falls short', async () => {
    answers();
    await open('/stays/s');
    await screen.findByText('预交金不足，差 ¥5.15');
    const days = screen.getAllByRole('listitem');
    expect(days.map(({ textContent }) => textContent)).toEqual([expect.stringContaining('¥45.10'), expect.stringContaining('累计 ¥55.15')]);
  });

  test('strikes out what was cancelled, and says so in words', async () => {
    answers();
    await open('/stays/s/2026-11-21');
    const rows = within(await screen.findByRole('article')).getAllByRole('listitem');
    expect(rows[0]?.textContent).toContain('¥3.35 × 3袋');
    expect(rows[0]?.textContent).toContain('甲类');
    expect(rows[1]?.querySelector('s')?.textContent).toBe('胸部 CT');
    expect(rows[1]?.textContent).toContain('已取消，不计费');
  });

  test('says what the server says where there is none', async () => {
    answers(({ path }) => (path.endsWith('$daily-bill') ? new Refused(422, 'business-rule', '这次就诊不是住院，没有每日清单。') : undefined));
    await open('/stays/s');
    await screen.findByText('这次就诊不是住院，没有每日清单。');
  });
});

describe('The one search', () => {
  test('finds reports and doctors in one list, once somebody has stopped typing', async () => {
    const log = answers();
    await open('/search');
    await userEvent.type(await screen.findByRole('searchbox'), '糖');
    await screen.findByRole('list', { name: '医生' });
    within(await screen.findByRole('list', { name: '我的报告和文书' })).getByText('空腹血糖');
    expect(location.hash).toContain(`q=${encodeURIComponent('糖')}`);
    expect(log.filter(({ path }) => path === '$find-care')).toHaveLength(3);
    await userEvent.keyboard('{ArrowDown}');
    expect(document.activeElement?.getAttribute('href')).toBe('#/reports/r');
    await userEvent.keyboard('{ArrowDown}');
    expect(document.activeElement?.getAttribute('href')).toContain('#/book/doctor/d');
  });

  test('opens with what stands in the address, and keeps what was found where a part fails', async () => {
    answers(({ path, query }) => (path === '$find-care' && query.get('what') === 'hospital' ? new Refused(503, 'transient', '数据库暂时没有应答。') : undefined));
    await open('/search?q=糖');
    await screen.findByText('空腹血糖');
    await screen.findByText('数据库暂时没有应答。');
  });

  test('says when there is nothing', async () => {
    answers(({ path }) => (path === '$find-care' ? { resourceType: 'Parameters' } : undefined));
    await open('/search?q=没有的');
    await screen.findByText('没有找到“没有的”');
  });
});

describe('From a report', () => {
  test('one opens the record to the doctor who stands in it, for a month', async () => {
    answers();
    await open('/reports/r');
    await userEvent.click(await screen.findByRole('link', { name: /请医生看我的记录/ }));
    await waitFor(() => expect((screen.getByRole('searchbox') as HTMLInputElement).value).toBe('王医生'));
    const draft = JSON.parse(sessionStorage.getItem('helan.consent-draft') ?? '{}') as { until?: string; kind?: string };
    expect(draft).toMatchObject({ kind: 'permit', patient: 'p' });
    expect(draft.until).toMatch(/^\d{4}-\d\d-\d\d$/);
  });

  test('one sees who opened it, apart from who read lists', async () => {
    const log = answers();
    await open('/reports/r');
    await userEvent.click(await screen.findByRole('link', { name: /谁看过这份报告/ }));
    await screen.findByText('没有别人单独打开过。');
    expect(log.filter(({ path }) => path === 'AuditEvent').map(({ query }) => query.get('entity') ?? query.get('date'))).toEqual(expect.arrayContaining(['DiagnosticReport/r', 'ge2026-11-20']));
  });
});
