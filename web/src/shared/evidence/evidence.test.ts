import { createECDH } from 'node:crypto';
import { expect, test } from 'vitest';
import { checkEvidence } from './evidence';
import { digestFor, isSignedBy, keyOf, N } from './sm2';
import { hex, sm3 } from './sm3';

const bytes = (text: string) => new TextEncoder().encode(text);
const unhex = (text: string) => Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));

// GB/T 32905-2016, A.1 and A.2.
test('SM3 gives the digests of the standard', () => {
  expect(hex(sm3(bytes('abc')))).toBe('66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0');
  expect(hex(sm3(bytes('abcd'.repeat(16))))).toBe('debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732');
});

// GB/T 32918.5-2017, A.2.
test('SM2 takes the signature of the standard, and no other text', () => {
  const key = { x: 0x09f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020n, y: 0xccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13n };
  const signature = unhex('3046022100f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3022100b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa');
  expect(isSignedBy(key, bytes('message digest'), signature)).toBe(true);
  expect(isSignedBy(key, bytes('message digesT'), signature)).toBe(false);
  expect(isSignedBy({ ...key, y: key.y + 1n }, bytes('message digest'), signature)).toBe(false);
  expect(isSignedBy(key, bytes('message digest'), Uint8Array.of())).toBe(false);
});

const number = (of: Buffer) => BigInt(`0x${of.toString('hex')}`);

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (let [left, square] = [exponent, base]; left > 0n; left >>= 1n, square = (square * square) % N) if (left & 1n) result = (result * square) % N;
  return result;
}

/** GB/T 32918.2, 6.1, with keys and points by OpenSSL; `der` stands for a certificate: all that is read of one is its key. */
function signer() {
  const own = createECDH('SM2');
  own.generateKeys();
  const der = Buffer.concat([Buffer.from('06082a811ccf5501822d034200', 'hex'), own.getPublicKey()]);
  const key = keyOf(der) ?? { x: 0n, y: 0n };
  const over = (text: string) => {
    const chance = createECDH('SM2');
    const x = number(chance.generateKeys().subarray(1, 33));
    const [k, d] = [number(chance.getPrivateKey()), number(own.getPrivateKey())];
    const r = (digestFor(key, bytes(text)) + x) % N;
    const s = (power(1n + d, N - 2n) * (k + (N - r) * d)) % N;
    const parts = [r, s].map((one) => Buffer.from(`022100${one.toString(16).padStart(64, '0')}`, 'hex'));
    return Buffer.concat([Buffer.from([0x30, 70]), ...parts]).toString('base64');
  };
  return { der, over };
}

/** A file as the platform makes it, signed by a key of this test. */
function made(change: (lines: string[]) => string[] = (lines) => lines, seals = 1): string {
  const { der, over } = signer();
  const certificate = hex(sm3(der));
  const body = `helan-audit-seal-1\n1\n2026-11-25T08:00:00Z\n${'0'.repeat(64)}\n${certificate}\nSM3withSM2\nhead 1 4 ${'a'.repeat(64)}\n`;
  const lines = [
    JSON.stringify({ type: 'version', at: '2026-11-25T08:00:00Z', what: 'Encounter/e/_history/1', digest: 'b'.repeat(64) }),
    JSON.stringify({ type: 'request', at: '2026-11-25T08:00:01Z', row: { type: 'Encounter', account: '马' } }),
    ...Array<string>(seals).fill(JSON.stringify({ type: 'seal', number: 1, body, signature: over(body), certificate: der.toString('base64') })),
  ];
  // In the order of names, as it is signed.
  const manifest = { about: 'Encounter/e', algorithm: 'SM3withSM2', by: 'r', certificate, digests: lines.map((line) => hex(sm3(bytes(line)))), format: 'helan-evidence-1', made: '2026-11-25T08:01:00Z', ...(seals === 0 ? { signer: der.toString('base64') } : {}), type: 'manifest' };
  const last = JSON.stringify({ ...manifest, signature: over(JSON.stringify(manifest)) });
  return [...change([...lines, last]), ''].join('\n');
}

test('A whole file holds, line by line', async () => {
  const checked = await checkEvidence(made());
  expect(checked).toMatchObject({ altered: new Set(), signed: true, seals: 1, badSeals: 0, made: '2026-11-25T08:01:00Z' });
  expect(checked.intact.size).toBe(3);
});

test('What was altered, removed or forged is found', async () => {
  const altered = await checkEvidence(made((lines) => lines.map((line, index) => (index === 1 ? line.replace('马', '牛') : line))));
  expect(altered).toMatchObject({ altered: new Set([2]), signed: true });
  expect((await checkEvidence(made((lines) => lines.slice(1)))).signed).toBe(false);
  // The list made anew for the altered line has no signature.
  expect((await checkEvidence(made((lines) => lines.map((line) => line.replace('Encounter/e"', 'Encounter/f"'))))).signed).toBe(false);
  const forged = await checkEvidence(made((lines) => lines.map((line) => line.replace('head 1 4', 'head 1 9'))));
  expect(forged).toMatchObject({ altered: new Set([3]), badSeals: 1 });
  // Where no line holds the certificate nobody can be told who signed; a list that holds it needs no seal.
  const [first = '', second = '', , last = ''] = made().split('\n');
  expect(await checkEvidence(`${first}\n${second}\n${last}\n`)).toMatchObject({ signed: false, certificate: undefined });
  expect(await checkEvidence(made(undefined, 0))).toMatchObject({ signed: true, seals: 0, altered: new Set() });
  expect(await checkEvidence(made((lines) => [...lines.slice(0, 2), '{"type":"seal","certificate":"no Base64"}', ...lines.slice(3)]))).toMatchObject({ altered: new Set([3]), badSeals: 1 });
  for (const nothing of ['', '\n', 'no file', 'null\n', '{"format":"helan-evidence-1"}\n']) expect(await checkEvidence(nothing)).toMatchObject({ signed: false });
});

test('A page answers while a long file is checked', async () => {
  let answered = 0;
  const clicks = setInterval(() => answered++);
  const checked = await checkEvidence(made((lines) => [...Array<string>(60).fill(lines[2]!), ...lines]));
  clearInterval(clicks);
  expect(checked).toMatchObject({ seals: 61, badSeals: 0 });
  expect(answered).toBeGreaterThan(1);
});
