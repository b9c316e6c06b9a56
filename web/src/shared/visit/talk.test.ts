import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { signIn } from '../session/session';
import { platform, Refused, type Asked } from '../../test/platform';
import { Talk } from './talk';

/** The platform's end of the socket. */
class Line {
  static readonly OPEN = 1;
  static lines: Line[] = [];
  readyState = 1;
  said: Record<string, unknown>[] = [];
  onopen?: () => void;
  onmessage?: (event: { data: string }) => void;
  onclose?: () => void;
  constructor(readonly address: string) {
    Line.lines.push(this);
  }
  send(text: string): void {
    this.said.push(JSON.parse(text) as Record<string, unknown>);
  }
  close(): void {
    this.readyState = 3;
  }
  tell(word: unknown): void {
    this.onmessage?.({ data: JSON.stringify(word) });
  }
  bind(): this {
    this.onopen?.();
    this.tell({ bound: { visit: 'v', side: 'resident', last: 0 } });
    return this;
  }
  cut(): void {
    this.readyState = 3;
    this.onclose?.();
  }
}

const part = (number: number, token = `t-${number}`) => ({ name: 'message', part: [{ name: 'number', valueInteger: number }, { name: 'side', valueCode: 'doctor' }, { name: 'kind', valueCode: 'text' }, { name: 'token', valueString: token }, { name: 'text', valueString: `n${number}` }] });
const message = (number: number, token = `t-${number}`) => ({ number, side: 'doctor', kind: 'text', token, at: '', text: `n${number}` });
const visit = { name: 'visit', part: [{ name: 'visit', valueReference: { reference: 'Encounter/v' } }, { name: 'state', valueCode: 'in-progress' }, { name: 'side', valueCode: 'resident' }] };

let kept: unknown[] = [];
let broken = false;
let log: Asked[] = [];

function begin(): Talk {
  signIn('token', 'refresh');
  log = platform(({ path, query, body }) => {
    if (broken) throw new TypeError('no network');
    if (path.endsWith('$conversation')) return { resourceType: 'Parameters', parameter: [visit, ...kept.slice(Number(query.get('after')))] };
    if (path.endsWith('$say')) {
      const token = (body as { parameter: { name: string; valueString: string }[] }).parameter.find(({ name }) => name === 'token')?.valueString ?? '';
      if (!kept.some((one) => JSON.stringify(one).includes(token))) kept.push(part(kept.length + 1, token));
      return { resourceType: 'Parameters', parameter: [kept.find((one) => JSON.stringify(one).includes(token))] };
    }
    return new Refused(404, 'not-found', '');
  });
  const talk = new Talk('v');
  talk.start();
  return talk;
}

const numbers = (talk: Talk) => talk.snapshot().messages.map(({ number }) => number);
const settle = (milliseconds = 0) => vi.advanceTimersByTimeAsync(milliseconds);

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('WebSocket', Line);
  Line.lines = [];
  kept = [];
  broken = false;
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  sessionStorage.clear();
});

test('A line begins after what is here, and neither an old nor a repeated message shows twice', async () => {
  kept = [part(1), part(2)];
  const talk = begin();
  await settle();
  const line = Line.lines[0]!.bind();
  expect(line.said[0]).toEqual({ bind: { token: 'token', visit: 'v', after: 2 } });
  line.tell({ message: message(2) });
  line.tell({ message: message(3) });
  line.tell({ message: message(3) });
  expect(numbers(talk)).toEqual([1, 2, 3]);
  expect(line.said.at(-1)).toEqual({ got: 3 });
  talk.seen();
  expect(line.said.at(-1)).toEqual({ got: 3, read: 3 });
  talk.stop();
});

test('A lost line is made again, and brings what was said meanwhile', async () => {
  const talk = begin();
  await settle();
  Line.lines[0]!.bind().tell({ message: message(1) });
  kept = [part(1), part(2), part(3)];
  Line.lines[0]!.cut();
  expect(talk.snapshot().line).toBe('lost');
  await settle(600);
  expect(numbers(talk)).toEqual([1, 2, 3]);
  const again = Line.lines[1]!.bind();
  expect(again.said[0]).toEqual({ bind: { token: 'token', visit: 'v', after: 3 } });
  expect(talk.snapshot().line).toBe('live');
  // A line that answers nothing is given up too.
  await settle(30_000);
  expect(again.said.at(-1)).toEqual({ here: true });
  await settle(10_000);
  expect(talk.snapshot().line).toBe('lost');
  talk.stop();
});

test('What could not be sent stays, and goes again under the same token, once', async () => {
  const talk = begin();
  await settle();
  broken = true;
  talk.text('你好');
  await settle();
  const [pending] = talk.snapshot().pending;
  expect(pending).toMatchObject({ text: '你好', failed: true });
  broken = false;
  talk.again(pending!.token);
  talk.again(pending!.token);
  await settle();
  expect(numbers(talk)).toEqual([1]);
  expect(talk.snapshot().pending).toEqual([]);
  expect(log.filter(({ path }) => path.endsWith('$say')).map(({ body }) => JSON.stringify(body).includes(pending!.token))).not.toContain(false);
  talk.stop();
});
