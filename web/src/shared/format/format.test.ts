import { describe, expect, test } from 'vitest';
import { ageAt, dayOf, formatAgo, formatDay, formatMoment, parseBirthDate, startOf } from './dates';
import { cleanIdentityNumber, hasRightCheckDigit, maskIdentifier } from './identity';
import { formatBytes, formatMeasure } from './numbers';

describe('A date', () => {
  test('is the day in Beijing, wherever it was written', () => {
    expect(dayOf('2026-11-21T17:30:00Z')).toBe('2026-11-22');
    expect(formatMoment('2026-11-21T17:30:00-05:00', 'zh')).toBe('2026-11-22 周日 06:30');
    expect(formatDay('2026-11-22', 'en')).toBe('2026-11-22 Sun');
  });

  test('that is partial stays partial', () => {
    expect(formatMoment('1958', 'zh')).toBe('1958');
    expect(formatDay('1958-03', 'zh')).toBe('1958-03');
    expect(startOf('1958')).toBe(Date.parse('1958-01-01T00:00:00+08:00'));
  });

  test('that cannot be read is not shown as another', () => {
    expect([dayOf('yesterday'), dayOf('2026-13T'), dayOf(undefined), formatMoment('xTy', 'zh')]).toEqual([undefined, undefined, undefined, '']);
  });

  test('is relative within a day only, and never for the future', () => {
    const now = Date.parse('2026-11-22T09:30:00+08:00');
    expect(formatAgo('2026-11-22T09:27:00+08:00', now, 'zh')).toBe('3分钟前');
    expect(formatAgo('2026-11-22T08:00:00+08:00', now, 'en')).toBe('1 hour ago');
    expect(formatAgo('2026-11-21T09:00:00+08:00', now, 'zh')).toBe('2026-11-21 周六 09:00');
    expect(formatAgo('2026-11-22T10:00:00+08:00', now, 'zh')).toBe('2026-11-22 周日 10:00');
  });
});

describe('An age', () => {
  test('is complete on the birthday, not before', () => {
    expect(ageAt('1958-03-02', '2026-03-01')?.years).toBe(67);
    expect(ageAt('1958-03-02', '2026-03-02')?.years).toBe(68);
    expect(ageAt('2026-09-30', '2026-11-22')).toEqual({ years: 0, months: 1 });
  });

  test('is not guessed before birth or without a date', () => {
    expect(ageAt('2027-01-01', '2026-11-22')).toBeUndefined();
    expect(ageAt(undefined, '2026-11-22')).toBeUndefined();
  });
});

describe('A typed birth date', () => {
  test.each([
    ['1958-03-02', '1958-03-02'],
    ['19580302', '1958-03-02'],
    ['1958.3.2', '1958-03-02'],
    ['1958年3月2日', '1958-03-02'],
    ['1958年3月', '1958-03'],
    ['195803', '1958-03'],
    [' 1958 ', '1958'],
    ['1958-02-30', undefined],
    ['1958-13', undefined],
    ['前年', undefined],
    ['0099', undefined],
  ])('%s is read as %s', (typed, read) => {
    expect(parseBirthDate(typed)).toBe(read);
  });
});

describe('An identity number', () => {
  test('is masked between region and last four', () => {
    expect(maskIdentifier('640104195803021234')).toBe('6401**********1234');
  });

  test('that is short is not left readable', () => {
    expect(maskIdentifier('E12345678')).toBe('*******78');
    expect(maskIdentifier('123')).toBe('***');
  });

  // 11010519491231002X is the example of GB 11643 itself.
  test('has the check character of GB 11643', () => {
    expect(hasRightCheckDigit(cleanIdentityNumber(' 110105 19491231 002x'))).toBe(true);
    expect(hasRightCheckDigit('110105194912310021')).toBe(false);
    expect(hasRightCheckDigit('11010519491231')).toBe(false);
  });
});

test('Measures are short but never wrong', () => {
  expect([7.834291, 162, 0.0004567, -1.005, 98.6].map(formatMeasure)).toEqual(['7.83', '162', '0.000457', '-1', '98.6']);
});

test('Sizes have the unit that fits', () => {
  expect([512, 1_240, 44_896_439].map(formatBytes)).toEqual(['512 B', '1.2 kB', '45 MB']);
});
