import { existsSync } from 'node:fs';
import { chromium, type Browser, type BrowserContext } from 'playwright-core';

/**
 * What the journeys need, from the environment:
 *
 * - `HELAN_URL`: where the platform answers, such as `http://127.0.0.1:8080`
 * - `HELAN_TOKEN`: the operator token (the content of `DIR/operator-token`)
 * - `HELAN_CHROMIUM`: the browser, where it is not at one of the usual places
 * - `HELAN_RESIDENT`: the name of the resident whose record is opened; else the one who heads the list
 * - `HELAN_SHOTS`: a folder for screenshots; none are kept without it
 */
export const environment = {
  url: process.env['HELAN_URL']?.replace(/\/$/, ''),
  token: process.env['HELAN_TOKEN'],
  resident: process.env['HELAN_RESIDENT'],
  shots: process.env['HELAN_SHOTS'],
  chromium: [
    process.env['HELAN_CHROMIUM'],
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
  ].find((place) => place !== undefined && existsSync(place)),
};

/** Why the journeys cannot run here; absent if they can. */
export function obstacle(): string | undefined {
  if (!environment.chromium) return 'no Chromium found. Install it with "apt-get install chromium fonts-noto-cjk" (Debian), or set HELAN_CHROMIUM.';
  if (!environment.url || !environment.token) return 'set HELAN_URL and HELAN_TOKEN to a running platform (./helan run) and its operator token.';
  return undefined;
}

/** How long, in milliseconds, a step waits for what has to come. */
export const PATIENCE = 90_000;

/** As someone on a device of their own. */
export async function device(browser: Browser, width: number, height: number): Promise<BrowserContext> {
  const context = await browser.newContext({ locale: 'zh-CN', viewport: { width, height } });
  context.setDefaultTimeout(PATIENCE);
  return context;
}

export function launch(): Promise<Browser> {
  return chromium.launch({ executablePath: environment.chromium ?? '', args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });
}
