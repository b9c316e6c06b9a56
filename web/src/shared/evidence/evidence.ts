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
  altered: number[];
  /** The list is whole and signed by the certificate below. */
  signed: boolean;
  /** Seals in the file, and those whose signature does not hold. */
  seals: number;
  badSeals: number;
  /** SM3 of the certificate, to be compared with what came by another way; absent where the file does not hold it. */
  certificate: string | undefined;
  made: string | undefined;
};

type Manifest = { format?: string; made?: string; certificate?: string; signature?: string; digests?: string[] };
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

/** @param text the whole file, `helan-evidence-1` */
export function checkEvidence(text: string): Checked {
  const lines = text.split('\n').slice(0, -1);
  const { signature, ...manifest } = parsed<Manifest>(lines.pop());
  const digests = manifest.format === 'helan-evidence-1' ? (manifest.digests ?? []) : [];
  const altered = lines.flatMap((line, index) => (hex(sm3(bytes(line))) === digests[index] ? [] : [index + 1]));
  const seals = lines.map((line) => parsed<Seal>(line)).filter(({ type }) => type === 'seal');
  // A seal may be of an earlier key, the list is of the present one; each names its certificate by digest.
  const certificates = new Map(seals.flatMap(({ certificate }) => (certificate ? [decoded(certificate)] : [])).map((der) => [hex(sm3(der)), der]));
  const signer = certificates.get(manifest.certificate ?? '');
  return {
    intact: new Set(lines.filter((_, index) => !altered.includes(index + 1))),
    altered,
    signed: digests.length === lines.length && holds(signer, canonical(manifest), signature),
    seals: seals.length,
    badSeals: seals.filter(({ body = '', signature: over }) => !holds(certificates.get(body.split('\n')[4] ?? ''), body, over)).length,
    certificate: signer && manifest.certificate,
    made: manifest.made,
  };
}
