import { expect, test } from 'vitest';
import { color, darkColor, graphicPairs, textPairs } from './tokens';

/** WCAG 2.2 contrast ratio of two `#rrggbb` colours. */
function contrast(a: string, b: string): number {
  const luminance = (hex: string) =>
    [1, 3, 5]
      .map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255)
      .map((channel) => (channel <= 0.03928 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4))
      .reduce((sum, channel, index) => sum + channel * [0.2126, 0.7152, 0.0722][index]!, 0);
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light! + 0.05) / (dark! + 0.05);
}

test('The measure of contrast is right', () => {
  expect(contrast('#000000', '#FFFFFF')).toBeCloseTo(21, 5);
});

const schemes = [color, darkColor];

test.each(schemes.flatMap(textPairs))('words of %s on %s can be read', (words, ground) => {
  expect(contrast(words, ground)).toBeGreaterThanOrEqual(4.5);
});

test.each(schemes.flatMap(graphicPairs))('shapes of %s on %s can be seen', (shape, ground) => {
  expect(contrast(shape, ground)).toBeGreaterThanOrEqual(3);
});
