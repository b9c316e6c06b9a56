import type { Parameters } from 'fhir/r4';
import { call, get } from '../fhir/client';
import { currentToken } from '../session/session';
import { messagesIn, pathOf, visitsIn, type Marks, type Message, type Side, type VisitState } from './visits';

/** Something said that the platform has not answered for yet. `failed`: it will be sent again when somebody asks for it. */
export type Pending = { token: string; kind: 'text' | 'picture'; text?: string; picture?: { type: string; data: string }; failed: boolean };

export type TalkState = {
  side: Side | undefined;
  state: VisitState | undefined;
  messages: Message[];
  marks: Marks;
  pending: Pending[];
  /** `live`: the socket is bound; `lost`: what is new is asked for from time to time. */
  line: 'connecting' | 'live' | 'lost';
};

export type Signal = { kind: 'ring' | 'offer' | 'answer' | 'candidate' | 'hang-up'; sdp?: string; candidate?: RTCIceCandidateInit };

const NOTHING: Marks = { resident: { got: 0, read: 0 }, doctor: { got: 0, read: 0 } };
const WAITS = [500, 1_000, 2_000, 5_000, 10_000];
const HERE = 30_000;
/** A line that does not answer for so long is none, whatever the browser thinks of it. */
const PATIENCE = 10_000;

type Word = { bound?: { side: Side }; message?: Message; marks?: Marks; state?: VisitState; signal?: Signal; here?: boolean; refused?: { code: string } };

/**
 * One side of a conversation. Messages are kept by their numbers, so that none is lost or shown twice: over the socket they
 * come in order from the last one that is here; while there is no socket they are asked for.
 */
export class Talk {
  private now: TalkState = { side: undefined, state: undefined, messages: [], marks: NOTHING, pending: [], line: 'connecting' };
  private readonly listeners = new Set<() => void>();
  private readonly callers = new Set<(signal: Signal) => void>();
  private socket: WebSocket | undefined;
  private attempts = 0;
  private closed = false;
  private wait: ReturnType<typeof setTimeout> | undefined;
  private pulse: ReturnType<typeof setInterval> | undefined;
  private answer: ReturnType<typeof setTimeout> | undefined;
  private got = 0;
  private read = 0;

  constructor(readonly visit: string) {}

  readonly snapshot = (): TalkState => this.now;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Hears the other side's signals for a call. */
  onSignal(listener: (signal: Signal) => void): () => void {
    this.callers.add(listener);
    return () => this.callers.delete(listener);
  }

  start(): void {
    this.closed = false;
    void this.connect();
  }

  stop(): void {
    this.closed = true;
    clearTimeout(this.wait);
    this.hangUp();
  }

  private become(change: Partial<TalkState>): void {
    this.now = { ...this.now, ...change };
    for (const listener of this.listeners) listener();
  }

  private get last(): number {
    return this.now.messages.at(-1)?.number ?? 0;
  }

  // ---------------------------------------------------------------- the line

  /** What is new first, over HTTP: it also renews a token that has ended. */
  private async connect(): Promise<void> {
    try {
      await this.catchUp();
    } catch {
      return this.later();
    }
    const token = currentToken();
    if (this.closed || token === undefined) return;
    const socket = new WebSocket(`${location.origin.replace(/^http/, 'ws')}/visit-socket`);
    this.socket = socket;
    socket.onopen = () => socket.send(JSON.stringify({ bind: { token, visit: this.visit, after: this.last } }));
    socket.onmessage = ({ data }) => {
      if (this.socket === socket) this.hear(JSON.parse(String(data)) as Word);
    };
    socket.onclose = () => {
      if (this.socket === socket) this.later();
    };
  }

  private hangUp(): void {
    clearInterval(this.pulse);
    clearTimeout(this.answer);
    const socket = this.socket;
    this.socket = undefined;
    socket?.close();
  }

  private later(): void {
    this.hangUp();
    if (this.closed) return;
    this.become({ line: 'lost' });
    const wait = WAITS[Math.min(this.attempts, WAITS.length - 1)];
    this.attempts += 1;
    this.wait = setTimeout(() => void this.connect(), wait);
  }

  /** Reads what came since the last message that is here. */
  async catchUp(): Promise<void> {
    let page: Message[];
    do {
      const answer = await get<Parameters>(`${pathOf(this.visit, 'conversation')}?after=${this.last}`);
      const [visit] = visitsIn(answer);
      page = messagesIn(answer);
      this.take(page);
      if (visit) this.become({ side: visit.side, state: visit.state, marks: visit.marks });
    } while (page.length >= 200);
    this.acknowledge();
  }

  private hear(word: Word): void {
    if (word.bound) {
      this.attempts = 0;
      this.become({ side: word.bound.side, line: 'live' });
      this.pulse = setInterval(() => this.beat(), HERE);
      this.acknowledge();
    }
    if (word.here) clearTimeout(this.answer);
    if (word.message) {
      this.take([word.message]);
      this.acknowledge();
    }
    if (word.marks) this.become({ marks: word.marks });
    if (word.state) this.become({ state: word.state });
    if (word.signal) for (const caller of this.callers) caller(word.signal);
  }

  private beat(): void {
    this.say({ here: true });
    clearTimeout(this.answer);
    this.answer = setTimeout(() => this.later(), PATIENCE);
  }

  private say(word: unknown): boolean {
    if (this.socket?.readyState !== WebSocket.OPEN || this.now.line !== 'live') return false;
    this.socket.send(JSON.stringify(word));
    return true;
  }

  private take(messages: Message[]): void {
    const fresh = messages.filter(({ number }) => number > this.last);
    if (fresh.length === 0) return;
    const tokens = new Set(fresh.map(({ token }) => token));
    this.become({ messages: [...this.now.messages, ...fresh], pending: this.now.pending.filter(({ token }) => !tokens.has(token)) });
  }

  // ---------------------------------------------------------------- saying

  /** Says how far this side is, as far as it has not said so. */
  private acknowledge(): void {
    if (this.last > this.got && this.say({ got: this.last })) this.got = this.last;
  }

  /** All that is here has been seen by somebody. */
  seen(): void {
    const number = this.last;
    if (number <= this.read) return;
    if (this.say({ got: number, read: number })) {
      this.got = number;
      this.read = number;
    } else {
      void call(pathOf(this.visit, 'seen'), [{ name: 'read', valueInteger: number }]).then(() => (this.read = number), () => undefined);
    }
  }

  signal(signal: Signal): boolean {
    return this.say({ signal });
  }

  text(text: string): void {
    this.send({ token: crypto.randomUUID(), kind: 'text', text, failed: false });
  }

  picture(type: string, data: string): void {
    this.send({ token: crypto.randomUUID(), kind: 'picture', picture: { type, data }, failed: false });
  }

  /** The same again, under its token: had it arrived after all, it stays one. */
  again(token: string): void {
    const found = this.now.pending.find((one) => one.token === token);
    if (found) this.send({ ...found, failed: false });
  }

  private send(pending: Pending): void {
    this.become({ pending: [...this.now.pending.filter(({ token }) => token !== pending.token), pending] });
    const picture = pending.picture;
    call(pathOf(this.visit, 'say'), [
      { name: 'token', valueString: pending.token },
      picture ? { name: 'picture', valueAttachment: { contentType: picture.type, data: picture.data } } : { name: 'text', valueString: pending.text ?? '' },
    ]).then(
      (answer) => {
        const [said] = messagesIn(answer);
        // Between this one and the last there may be others, which must come first.
        if (said && said.number === this.last + 1) this.take([said]);
        else if (said && said.number > this.last) void this.catchUp().catch(() => undefined);
      },
      () => this.become({ pending: this.now.pending.map((one) => (one.token === pending.token ? { ...one, failed: true } : one)) }),
    );
  }
}
