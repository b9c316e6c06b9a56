import { AxeBuilder } from '@axe-core/playwright';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { environment } from './browser';

export const WIDTHS = [375, 768, 1440] as const;

/** No serious or critical fault of access, nothing sticking out sideways, and a picture at each width. */
export async function looksRight(page: Page, name: string, { fullPage = true, widths = WIDTHS as readonly number[] } = {}) {
  const before = page.viewportSize();
  for (const width of widths) {
    await page.setViewportSize({ width, height: width === 375 ? 812 : 900 });
    await page.waitForTimeout(300);
    if (environment.shots) {
      mkdirSync(environment.shots, { recursive: true });
      await page.screenshot({ path: join(environment.shots, `${name}-${width}.png`), fullPage });
    }
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(overflow, `${name} sticks out sideways at ${width} px`).toBeLessThanOrEqual(0);
    if (width === 768) continue; // What axe finds there it finds at the other two.
    const { violations } = await new AxeBuilder({ page }).analyze();
    const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
    expect(serious.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`), `${name} at ${width} px`).toEqual([]);
  }
  if (before) await page.setViewportSize(before);
}
