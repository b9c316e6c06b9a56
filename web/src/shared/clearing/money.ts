/** `¥1,930,408.00`, below zero `-¥25.00`: yuan as the platform wrote them, exact. */
export function formatYuan(amount: string): string {
  const [, sign = '', whole = '0', rest = ''] = /^(-?)(\d+)(\.\d+)?$/.exec(amount) ?? [];
  return `${sign}¥${whole.replace(/\B(?=(\d{3})+$)/g, ',')}${rest}`;
}
