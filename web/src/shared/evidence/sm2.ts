import { hex, sm3 } from './sm3';

/** SM2 signatures over SM3 (GB/T 32918.2-2016, curve of part 5): verification alone, with nothing secret in it. */

const P = 0xfffffffeffffffffffffffffffffffffffffffff00000000ffffffffffffffffn;
const A = P - 3n;
const B = 0x28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93n;
export const N = 0xfffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123n;
type Point = { x: bigint; y: bigint };
const G: Point = { x: 0x32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7n, y: 0xbc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0n };

/** The user's name that signatures bind where none was agreed (GB/T 35276). */
const WHO = new TextEncoder().encode('1234567812345678');

const mod = (x: bigint, m: bigint): bigint => ((x % m) + m) % m;

function inverse(x: bigint): bigint {
  let [low, high, r, s] = [mod(x, P), P, 1n, 0n];
  while (low > 1n) {
    const q = high / low;
    [low, high, r, s] = [high - q * low, low, s - q * r, r];
  }
  return mod(r, P);
}

function sum(one: Point | undefined, other: Point | undefined): Point | undefined {
  if (!one || !other) return one ?? other;
  if (one.x === other.x && mod(one.y + other.y, P) === 0n) return undefined;
  const slope = one.x === other.x ? (3n * one.x * one.x + A) * inverse(2n * one.y) : (other.y - one.y) * inverse(other.x - one.x);
  const x = mod(slope * slope - one.x - other.x, P);
  return { x, y: mod(slope * (one.x - x) - one.y, P) };
}

function times(k: bigint, point: Point): Point | undefined {
  let result: Point | undefined;
  for (let [left, base] = [k, point as Point | undefined]; left > 0n; left >>= 1n, base = sum(base, base)) if (left & 1n) result = sum(result, base);
  return result;
}

const numberOf = (bytes: Uint8Array): bigint => BigInt(`0x${hex(bytes) || '0'}`);
const bytesOf = (value: bigint): Uint8Array => Uint8Array.from(value.toString(16).padStart(64, '0').match(/../g) ?? [], (pair) => parseInt(pair, 16));
const joined = (...parts: Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]));

/** r and s of a DER signature. */
function pairOf(der: Uint8Array): [bigint, bigint] | undefined {
  const rLength = der[3] ?? 0;
  const sLength = der[5 + rLength] ?? 0;
  if (der[0] !== 0x30 || der[1] !== der.length - 2 || der[2] !== 2 || der[4 + rLength] !== 2 || der.length !== 6 + rLength + sLength) return undefined;
  return [numberOf(der.subarray(4, 4 + rLength)), numberOf(der.subarray(6 + rLength))];
}

/** The public key in a certificate (DER): behind the name of the curve, 1.2.156.10197.1.301, an uncompressed point. */
export function keyOf(certificate: Uint8Array): Point | undefined {
  const found = /06082a811ccf5501822d03420004([0-9a-f]{64})([0-9a-f]{64})/.exec(hex(certificate));
  return found ? { x: BigInt(`0x${found[1]}`), y: BigInt(`0x${found[2]}`) } : undefined;
}

/** What is signed of some bytes by a key: the number e of the standard, which binds the key as well. */
export function digestFor(key: Point, content: Uint8Array): bigint {
  const z = sm3(joined(Uint8Array.of(0, WHO.length * 8), WHO, ...[A, B, G.x, G.y, key.x, key.y].map(bytesOf)));
  return numberOf(sm3(joined(z, content)));
}

/** Whether a signature (DER) by a key is over some bytes. */
export function isSignedBy(key: Point, content: Uint8Array, signature: Uint8Array): boolean {
  const [r, s] = pairOf(signature) ?? [0n, 0n];
  if (mod(key.y * key.y - key.x * key.x * key.x - A * key.x - B, P) !== 0n) return false;
  if (r < 1n || r >= N || s < 1n || s >= N || mod(r + s, N) === 0n) return false;
  const point = sum(times(s, G), times(mod(r + s, N), key));
  return point !== undefined && mod(digestFor(key, content) + point.x, N) === r;
}
