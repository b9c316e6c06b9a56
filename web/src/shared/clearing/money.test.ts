import { expect, test } from 'vitest';
import { formatYuan, minus } from './money';

test('An amount is written in yuan as the platform wrote it', () => {
  expect([formatYuan('1930408.00'), formatYuan('-25.00'), formatYuan('0')]).toEqual(['¥1,930,408.00', '-¥25.00', '¥0']);
});

test('What is left is exact, also where a number of fen is more than a double holds', () => {
  expect(minus('10.10', '0.20')).toBe('9.90');
  expect(minus('0.00', '25.00')).toBe('-25.00');
  expect(minus('-0.05', '-0.05')).toBe('0.00');
  expect(minus('1', '0.5')).toBe('0.50');
  expect(minus('90071992547409930.01', '0.02')).toBe('90071992547409929.99');
});
