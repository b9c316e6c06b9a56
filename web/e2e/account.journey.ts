import { AxeBuilder } from '@axe-core/playwright';
import { mkdirSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import * as openid from 'openid-client';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { device, environment, launch, obstacle } from './browser';

const password = process.env['HELAN_DEMO_PASSWORD'];
const reason = obstacle() ?? (password ? undefined : 'set HELAN_DEMO_PASSWORD to the content of DIR/demo-password.');
if (reason) console.error(`\n*** SKIPPED: the journey of signing in did not run: ${reason}\n`);

/** 马秀兰 of the demo region. */
const RESIDENT = '649100195803120002';

describe.skipIf(reason)('Signing in with an account', () => {
  const url = environment.url ?? '';
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  const faults: string[] = [];

  beforeAll(async () => {
    browser = await launch();
    await anew();
  });

  afterAll(async () => {
    await browser?.close();
  });

  /** As another person on another device. */
  async function anew() {
    await context?.close();
    context = await device(browser, 1440, 900);
    page = await context.newPage();
    page.on('pageerror', (error) => faults.push(String(error)));
    page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
  }

  async function looksRight(name: string) {
    for (const width of [375, 1440]) {
      await page.setViewportSize({ width, height: width === 375 ? 812 : 900 });
      if (environment.shots) {
        mkdirSync(environment.shots, { recursive: true });
        await page.screenshot({ path: join(environment.shots, `${name}-${width}.png`), fullPage: true });
      }
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      expect(overflow, `${name} sticks out sideways at ${width} px`).toBeLessThanOrEqual(0);
      const { violations } = await new AxeBuilder({ page }).analyze();
      const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
      expect(serious.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`), `${name} at ${width} px`).toEqual([]);
    }
    await page.setViewportSize({ width: 1440, height: 900 });
  }

  /** By keyboard alone: the first field has the focus. */
  async function typeIn(login: string, secret: string) {
    // What is typed before the field has the focus is lost.
    await page.locator('#login:focus').waitFor();
    await page.keyboard.type(login);
    await page.keyboard.press('Tab');
    await page.keyboard.type(secret);
    await page.keyboard.press('Enter');
  }

  test('tells a wrong password and keeps the name', async () => {
    await page.goto(`${url}/#/residents`);
    await page.getByRole('button', { name: '用账户登录' }).click();
    await page.getByLabel('用户名或身份证号').waitFor();
    await looksRight('account-sign-in');
    await typeIn('operator', 'not the password');
    await page.getByText('用户名或密码不正确').waitFor();
    expect(await page.getByLabel('用户名或身份证号').inputValue()).toBe('operator');
    faults.length = 0; // The browser notes the 401.
  });

  test('brings an operator back to the page that was asked for', async () => {
    await page.getByLabel('密码').fill(password ?? '');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: '查找居民' }).waitFor();
    expect(page.url()).toBe(`${url}/#/residents`);
    await page.getByText('演示运维').waitFor();
    expect(await page.evaluate(() => localStorage.length + document.cookie.length)).toBeLessThanOrEqual(1);
    expect(faults).toEqual([]);
  });

  test('shows the owner sessions and history', async () => {
    await page.goto(`${url}/account`);
    await page.getByRole('heading', { name: '演示运维' }).waitFor();
    await page.getByText('密码错误').first().waitFor();
    await looksRight('account');
  });

  test('lets a doctor choose the post and switch it', async () => {
    await anew();
    await page.goto(url);
    await page.getByRole('button', { name: '用账户登录' }).click();
    await typeIn('doctor1', password ?? '');
    await page.getByRole('heading', { name: '选择岗位' }).waitFor();
    await looksRight('account-role');
    const posts = page.locator('.choice');
    expect(await posts.count()).toBe(2);
    const first = (await posts.first().locator('strong').textContent()) ?? '';
    await posts.first().click();
    await page.getByText(first).first().waitFor();
    await page.getByRole('button', { name: '切换岗位' }).click();
    await page.getByRole('heading', { name: '选择岗位' }).waitFor();
    const second = (await posts.nth(1).locator('strong').textContent()) ?? '';
    await posts.nth(1).click();
    await page.getByText(second).first().waitFor();
    expect(second).not.toBe(first);
  });

  test('lets an app of someone else in by openid-client, as far as the resident allows', async () => {
    await anew();
    // Another one each time: what was allowed to it is not asked again.
    const client = `journey-app-${Date.now()}`;
    let arrived: (address: URL) => void = () => undefined;
    const callback = new Promise<URL>((resolve) => (arrived = resolve));
    const app: Server = createServer((request, response) => {
      arrived(new URL(request.url ?? '/', `http://127.0.0.1:${(app.address() as AddressInfo).port}`));
      response.end('<title>back</title>back at the app');
    });
    await new Promise<void>((listening) => app.listen(0, '127.0.0.1', listening));
    try {
      const redirect = `http://127.0.0.1:${(app.address() as AddressInfo).port}/callback`;
      const registered = await fetch(`${url}/access/clients/${client}`, {
        method: 'PUT',
        headers: { Authorization: `Bearer ${environment.token}`, 'Content-Type': 'application/json' },
        body: JSON.stringify({ name: '健康日记', kind: 'public', redirects: [redirect], scopes: ['openid', 'profile', 'fhirUser', 'launch/patient', 'offline_access', 'patient/*.rs'] }),
      });
      expect(registered.status).toBe(200);
      const server = await openid.discovery(new URL(url), client, undefined, openid.None(), { execute: [openid.allowInsecureRequests] });
      const verifier = openid.randomPKCECodeVerifier();
      const state = openid.randomState();
      const nonce = openid.randomNonce();
      const address = openid.buildAuthorizationUrl(server, {
        redirect_uri: redirect,
        scope: 'openid profile fhirUser launch/patient offline_access patient/*.rs',
        code_challenge: await openid.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        state,
        nonce,
        aud: `${url}/fhir`,
      });
      await page.goto(address.href);
      await page.getByText('登录后继续使用“健康日记”').waitFor();
      await typeIn(RESIDENT, password ?? '');
      await page.getByRole('heading', { name: '允许“健康日记”访问吗？' }).waitFor();
      await page.getByText('就诊人：马秀兰').waitFor();
      await looksRight('account-consent');
      await page.getByRole('button', { name: '允许', exact: true }).click();
      await page.getByText('back at the app').waitFor();

      const tokens = await openid.authorizationCodeGrant(server, await callback, { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true });
      const claims = tokens.claims();
      expect(claims?.['name']).toBe('马秀兰');
      expect(claims?.['fhirUser']).toMatch(/\/fhir\/Patient\//);
      expect(claims?.['fhirUser']).toBe(`${url}/fhir/Patient/${String(tokens['patient'])}`);
      const info = await openid.fetchUserInfo(server, tokens.access_token, claims?.sub ?? '');
      expect(info.name).toBe('马秀兰');
      const renewed = await openid.refreshTokenGrant(server, tokens.refresh_token ?? '');
      expect(renewed.access_token).not.toBe(tokens.access_token);
      await openid.tokenRevocation(server, renewed.refresh_token ?? '');
      await expect(openid.refreshTokenGrant(server, renewed.refresh_token ?? '')).rejects.toMatchObject({ error: 'invalid_grant' });
    } finally {
      app.close();
    }
  });
});
