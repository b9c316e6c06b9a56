import { chromium } from 'playwright-core';
import { createServer } from 'vite';
import { AxeBuilder } from '@axe-core/playwright';
const server = await createServer({ server: { port: 5199, proxy: {} }, logLevel: 'error' });
await server.listen();
const P = (n, v) => ({ name: n, ...v });
const S = (n, v) => P(n, { valueString: v }), C = (n, v) => P(n, { valueCode: v }), I = (n, v) => P(n, { valueInstant: v });
const heads = [['a1','testing','贺兰县人民医院'],['a2','live','银川市第一人民医院'],['a3','suspended','习岗镇中心卫生院'],['a4','applied','宁夏第三方检验中心']];
const head = ([id, st, name]) => [S('id', id), C('state', st), S('name', name), I('created','2026-11-25T01:00:00Z'), I('changed','2026-11-26T03:00:00Z')];
const zh = { 'sign-in': '系统 his 用自己的私钥取得令牌（private_key_jwt）并登录沙箱', tls: 'adt 经 TLS 传送', accepted: 'adt：ADT^A01 消息可读并已留存', mapped: 'adt：ADT^A01 消息已映射为资源', acknowledged: 'adt：ADT^A01 消息已提交并应答 AA', once: 'adt：同一条 ADT^A01 再次发送，只生效一次', refused: 'adt：一条有错的 ADT^A01 被拒绝，并说明了原因', valid: 'api：正确的 Observation 已接收', invalid: 'api：有错的 Observation 被拒绝' };
const lines = Object.entries(zh).map(([code, text], i) => P('line', { part: [C('code', code), S('of', 'adt'), S('what','ADT^A01'), S('text', text), P('proved', { valueBoolean: i < 6 || i === 7 }), ...(i < 6 || i === 7 ? [I('at', '2026-11-26T03:05:00Z'), S('message', '0a1m8f2k3n4p5q6r7s8t9'), S('mapping', 'adt@1'), ...(i===3?[C('finding','gateway.no-date')]:[])] : [])] }));
const whole = { resourceType: 'Parameters', parameter: [...head(heads[0]), S('application', JSON.stringify({ organization: { code: '12640122MB0000001T', name: '贺兰县人民医院', level: 'secondary', contact: '王工', phone: '0951-1234567' }, systems: [{ id: 'his', name: '医院信息系统', vendor: '某软件公司', jwksUri: 'https://his.example/jwks.json' }], feeds: [{ name: 'adt', system: 'his', transport: 'mllp', structures: ['ADT^A01'], sender: 'HIS|HOSP' }] })), P('client', { part: [S('system', 'his'), S('sandbox', 'sandbox.a1b2c3d4e5.his'), S('live', 'a1b2c3d4e5.his')] }), P('act', { part: [C('step', 'apply'), C('state','applied'), I('at', '2026-11-25T01:00:00Z'), S('by', '0a1m8f2k3n4p5q6r7s8t9'), C('role', 'operator'), S('reason', '县医院接入区域平台')] }), P('act', { part: [C('step', 'open-sandbox'), C('state','testing'), I('at', '2026-11-25T02:00:00Z'), S('by', 'operator'), C('role', 'operator'), S('reason', '资料齐全，开放沙箱')] }), ...lines, C('may', 'amend'), C('may', 'certify'), C('may', 'withdraw')] };
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
for (const [width, height, lang] of [[1440, 900, 'zh'], [375, 812, 'zh'], [1440, 900, 'en']]) {
  const page = await (await browser.newContext({ locale: lang === 'zh' ? 'zh-CN' : 'en', viewport: { width, height } })).newPage();
  page.on('pageerror', (e) => console.log('ERR', e.message));
  await page.route(/\/(fhir|access|health|metrics)/, (route) => {
    const u = decodeURIComponent(route.request().url());
    if (!/localhost:5199\/(fhir|access|health|metrics)/.test(u)) return route.continue();
    const body = u.includes('$onboarding?id') ? whole : u.includes('$onboarding') ? { resourceType: 'Parameters', parameter: heads.map((h) => P('onboarding', { part: head(h) })) } : { resourceType: 'Parameters' };
    return route.fulfill({ status: 200, contentType: 'application/json', body: JSON.stringify(body) });
  });
  await page.goto('http://localhost:5199/');
  const key = await page.evaluate(() => 0);
  await page.evaluate((k) => { for (const name of k) sessionStorage.setItem(name, 'token'); }, [process.env.SESSION_KEY]);
  await page.goto('http://localhost:5199/#/onboarding'); await page.reload();
  await page.getByRole('heading', { level: 2 }).first().waitFor({ timeout: 60000 });
  await page.waitForTimeout(1500);
  if (lang === 'zh') await page.getByRole('button', { name: '认证', exact: true }).click();
  await page.waitForTimeout(400);
  await page.screenshot({ path: `/tmp/onb-${lang}-${width}.png`, fullPage: true });
  const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  const { violations } = await new AxeBuilder({ page }).analyze();
  console.log(width, lang, 'overflow', over, violations.filter((v) => ['serious', 'critical'].includes(v.impact)).map((v) => v.id + ' ' + v.nodes.map((n) => n.html.slice(0, 120)).join(' | ')));
}
await browser.close(); await server.close(); process.exit(0);
