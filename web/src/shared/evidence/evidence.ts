import { isSignedBy, keyOf } from './sm2';
import { hex, sm3 } from './sm3';

/**
 * What this browser found in an evidence file by itself: the digest of each line beside the signed list, the list's own
 * signature and that of each seal. What more `./helan verify` checks stands in docs/guide/supervision.md.
 */
export type Checked = {
  /** Lines that are as they were signed. */
  intact: ReadonlySet<string>;
  /** Numbers of lines, from 1, that were altered or are not where they were. */
  altered: ReadonlySet<number>;
  /** The list is whole and signed by the certificate below. */
  signed: boolean;
  /** Seals in the file, and those whose signature does not hold. */
  seals: number;
  badSeals: number;
  /** SM3 of the certificate, to be compared with what came by another way; absent where the file does not hold it. */
  certificate: string | undefined;
  made: string | undefined;
};

type Manifest = { format?: string; made?: string; certificate?: string; signer?: string; signature?: string; digests?: string[] };
type Seal = { type?: string; body?: string; signature?: string; certificate?: string };

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const decoded = (base64: string): Uint8Array => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));

function parsed<T extends object>(text: string | undefined): Partial<T> {
  try {
    const value: unknown = JSON.parse(text ?? '');
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}

/** RFC 8785 for what a manifest holds: texts and lists of texts. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return `{${Object.entries(value)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, one]) => `${JSON.stringify(name)}:${canonical(one)}`)
    .join(',')}}`;
}

function holds(certificate: Uint8Array | undefined, content: string, signature: string | undefined): boolean {
  const key = certificate && keyOf(certificate);
  try {
    return key !== undefined && isSignedBy(key, bytes(content), decoded(signature ?? ''));
  } catch {
    return false; // No Base64.
  }
}

/** With its digest; empty for what is no Base64. */
function certificateOf(base64: string | undefined): [string, Uint8Array][] {
  try {
    const der = decoded(base64 ?? '');
    return [[hex(sm3(der)), der]];
  } catch {
    return [];
  }
}

/** Ms for which the page may not answer: below what a person notices. */
const MOST = 30;

/** A signature takes some 20 ms and a file may hold hundreds: whoever awaits this between two lets the page answer. */
function pauses(): () => Promise<void> {
  let since = performance.now();
  return async () => {
    if (performance.now() - since < MOST) return;
    await new Promise((resolve) => setTimeout(resolve));
    since = performance.now();
  };
}

/** @param text the whole file, `helan-evidence-1` */
export async function checkEvidence(text: string): Promise<Checked> {
  const pause = pauses();
  const lines = text.split('\n').slice(0, -1);
  const { signature, ...manifest } = parsed<Manifest>(lines.pop());
  const digests = manifest.format === 'helan-evidence-1' ? (manifest.digests ?? []) : [];
  const altered = new Set<number>();
  for (const [index, line] of lines.entries()) {
    await pause();
    if (hex(sm3(bytes(line))) !== digests[index]) altered.add(index + 1);
  }
  const seals = lines.map((line) => parsed<Seal>(line)).filter(({ type }) => type === 'seal');
  // A seal may be of an earlier key, the list is of the present one; each names its certificate by digest.
  const certificates = new Map([...new Set([manifest.signer, ...seals.map(({ certificate }) => certificate)])].flatMap(certificateOf));
  const signer = certificates.get(manifest.certificate ?? '');
  let badSeals = 0;
  for (const { body = '', signature: over } of seals) {
    await pause();
    if (!holds(certificates.get(body.split('\n')[4] ?? ''), body, over)) badSeals++;
  }
  return {
    intact: new Set(lines.filter((_, index) => !altered.has(index + 1))),
    altered,
    signed: digests.length === lines.length && holds(signer, canonical(manifest), signature),
    seals: seals.length,
    badSeals,
    certificate: signer && manifest.certificate,
    made: manifest.made,
  };
}
