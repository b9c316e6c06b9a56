/** `¥1,930,408.00`, below zero `-¥25.00`: yuan as the platform wrote them, exact. */
export function formatYuan(amount: string): string {
  const [, sign = '', whole = '0', rest = ''] = /^(-?)(\d+)(\.\d+)?$/.exec(amount) ?? [];
  return `${sign}¥${whole.replace(/\B(?=(\d{3})+$)/g, ',')}${rest}`;
}

const inFen = (yuan: string): bigint => {
  const [, sign = '', whole = '0', rest = ''] = /^(-?)(\d+)(?:\.(\d{1,2}))?$/.exec(yuan) ?? [];
  const fen = BigInt(whole) * 100n + BigInt(rest.padEnd(2, '0'));
  return sign ? -fen : fen;
};

/** What is left of an amount after another, `-25.00`: exact. Both in yuan, as the platform writes them, with at most two places. */
export function minus(amount: string, other: string): string {
  const fen = inFen(amount) - inFen(other);
  const digits = String(fen < 0n ? -fen : fen).padStart(3, '0');
  return `${fen < 0n ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}
