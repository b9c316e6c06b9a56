import type { Parameters } from 'fhir/r4';
import { repetitionsOf } from '../fhir/bundles';
import { call, get } from '../fhir/client';
import { base64 } from './pictures';
import type { Signal, Talk } from './talk';
import { pathOf } from './visits';

export type CallState = {
  phase: 'idle' | 'ringing' | 'calling' | 'talking' | 'failed';
  own: MediaStream | undefined;
  other: MediaStream | undefined;
  /** `no-media`: camera and microphone were not given; `no-way`: the two browsers found none. */
  why: 'no-media' | 'no-way' | undefined;
};

const IDLE: CallState = { phase: 'idle', own: undefined, other: undefined, why: undefined };

/**
 * A call between the two sides of a visit. The doctor offers, the resident answers: so never do both offer at once.
 * Signals go over the conversation's line; sound and picture do not pass the platform.
 */
export class Call {
  private now = IDLE;
  private readonly listeners = new Set<() => void>();
  private peer: RTCPeerConnection | undefined;
  private offer: string | undefined;
  private early: RTCIceCandidateInit[] = [];
  private readonly unhear: () => void;

  constructor(
    private readonly talk: Talk,
    private readonly onTalking: (own: MediaStream, other: MediaStream) => () => void = () => () => undefined,
  ) {
    this.unhear = talk.onSignal((signal) => void this.hear(signal));
  }

  private stopRecording: (() => void) | undefined;

  readonly snapshot = (): CallState => this.now;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  private become(change: Partial<CallState>): void {
    this.now = { ...this.now, ...change };
    for (const listener of this.listeners) listener();
  }

  /** Calls the other side. */
  async begin(): Promise<void> {
    const peer = await this.prepare();
    if (!peer) return;
    this.become({ phase: 'calling' });
    const offer = await peer.createOffer();
    await peer.setLocalDescription(offer);
    this.talk.signal({ kind: 'offer', sdp: offer.sdp ?? '' });
  }

  /** Answers a call that rings. */
  async accept(): Promise<void> {
    const offer = this.offer;
    if (offer === undefined) return;
    const peer = await this.prepare();
    if (!peer) return;
    await peer.setRemoteDescription({ type: 'offer', sdp: offer });
    await this.addEarly(peer);
    const answer = await peer.createAnswer();
    await peer.setLocalDescription(answer);
    this.talk.signal({ kind: 'answer', sdp: answer.sdp ?? '' });
    this.become({ phase: 'calling' });
  }

  end(): void {
    if (this.now.phase !== 'idle') this.talk.signal({ kind: 'hang-up' });
    this.over(IDLE);
  }

  close(): void {
    this.end();
    this.unhear();
  }

  private over(then: CallState): void {
    this.stopRecording?.();
    this.stopRecording = undefined;
    this.peer?.close();
    this.peer = undefined;
    this.offer = undefined;
    this.early = [];
    this.now.own?.getTracks().forEach((track) => track.stop());
    this.become(then);
  }

  private async prepare(): Promise<RTCPeerConnection | undefined> {
    let own: MediaStream;
    try {
      own = await navigator.mediaDevices.getUserMedia({ video: { width: 640, height: 480 }, audio: true });
    } catch {
      this.talk.signal({ kind: 'hang-up' });
      this.over({ ...IDLE, phase: 'failed', why: 'no-media' });
      return undefined;
    }
    const answer = await get<Parameters>(pathOf(this.talk.visit, 'ice-servers'));
    const iceServers = repetitionsOf(answer, 'server').map((server) => ({
      urls: server.text('urls') ?? '',
      ...(server.text('username') ? { username: server.text('username') ?? '', credential: server.text('credential') ?? '' } : {}),
    }));
    const peer = new RTCPeerConnection({ iceServers });
    this.peer = peer;
    this.become({ own });
    own.getTracks().forEach((track) => peer.addTrack(track, own));
    peer.onicecandidate = ({ candidate }) => {
      if (candidate) this.talk.signal({ kind: 'candidate', candidate: candidate.toJSON() });
    };
    peer.ontrack = ({ streams: [stream] }) => {
      if (stream) this.become({ other: stream });
    };
    peer.onconnectionstatechange = () => {
      if (peer !== this.peer) return;
      if (peer.connectionState === 'connected' && this.now.phase !== 'talking') {
        this.become({ phase: 'talking' });
        if (this.now.own && this.now.other) this.stopRecording = this.onTalking(this.now.own, this.now.other);
      }
      if (peer.connectionState === 'failed') {
        this.talk.signal({ kind: 'hang-up' });
        this.over({ ...IDLE, phase: 'failed', why: 'no-way' });
      }
    };
    return peer;
  }

  private async hear(signal: Signal): Promise<void> {
    switch (signal.kind) {
      case 'offer':
        this.offer = signal.sdp;
        this.early = [];
        if (this.now.phase === 'idle' || this.now.phase === 'failed') this.become({ phase: 'ringing', why: undefined });
        break;
      case 'answer':
        if (this.peer && signal.sdp !== undefined) {
          await this.peer.setRemoteDescription({ type: 'answer', sdp: signal.sdp });
          await this.addEarly(this.peer);
        }
        break;
      case 'candidate':
        // One that comes before the description is of use after it.
        if (signal.candidate && this.peer?.remoteDescription) await this.peer.addIceCandidate(signal.candidate).catch(() => undefined);
        else if (signal.candidate) this.early.push(signal.candidate);
        break;
      case 'hang-up':
        this.over(IDLE);
        break;
      case 'ring':
        break;
    }
  }

  private async addEarly(peer: RTCPeerConnection): Promise<void> {
    const early = this.early;
    this.early = [];
    for (const candidate of early) await peer.addIceCandidate(candidate).catch(() => undefined);
  }
}

// ------------------------------------------------------------------ recording

const SLICE = 10_000;
/** Slices that wait for the line; older ones are given up, and marked as gaps. */
const MOST_WAITING = 30;
const TRIES = [500, 1_000, 2_000, 5_000, 5_000];

/**
 * Records a stream in slices and uploads them one after the other. What cannot be uploaded in time is marked as a gap, so
 * that nobody takes the recording for whole.
 *
 * @param onTrouble told when slices wait, and when none does any more
 */
export function record(visit: string, name: string, stream: MediaStream, onTrouble: (waiting: number) => void = () => undefined): () => void {
  const type = ['video/webm;codecs=vp8,opus', 'video/webm', 'video/mp4'].find((one) => MediaRecorder.isTypeSupported(one)) ?? 'video/webm';
  const recorder = new MediaRecorder(stream, { mimeType: type });
  const waiting: (Blob | undefined)[] = [];
  let number = 1;
  let busy = false;
  const upload = async () => {
    if (busy) return;
    busy = true;
    while (waiting.length > 0) {
      const slice = waiting[0];
      const data = slice ? [{ name: 'data', valueAttachment: { contentType: 'video/webm', data: await base64(slice) } }] : [];
      let done = false;
      for (let tries = 0; !done && tries <= TRIES.length; tries++) {
        try {
          await call(pathOf(visit, 'record'), [
            { name: 'recording', valueString: name },
            { name: 'number', valueInteger: number },
            { name: 'millis', valueInteger: SLICE },
            { name: 'type', valueString: type.startsWith('video/mp4') ? 'video/mp4' : 'video/webm' },
            ...data,
          ]);
          done = true;
        } catch {
          await new Promise((soon) => setTimeout(soon, TRIES[Math.min(tries, TRIES.length - 1)]));
        }
      }
      if (done) {
        waiting.shift();
        number += 1;
      } else {
        waiting[0] = undefined; // Given up: a gap, which is small enough for any line.
      }
      onTrouble(waiting.length);
    }
    busy = false;
  };
  recorder.ondataavailable = ({ data }) => {
    if (data.size === 0) return;
    waiting.push(data);
    const given = waiting.length - MOST_WAITING;
    if (given > 0) waiting[waiting.findIndex((one, at) => at > 0 && one !== undefined)] = undefined;
    void upload();
  };
  recorder.start(SLICE);
  return () => {
    if (recorder.state !== 'inactive') recorder.stop();
  };
}
