/**
 * FHIR dates as people of the region read them. Moments are shown in Beijing time whatever the browser's zone is, since
 * the record, the visit and the reader are there. Partial dates (`1958`, `1958-03`) stay partial.
 */
export type Language = 'zh' | 'en';

const ZONE = 'Asia/Shanghai';

const clock = new Intl.DateTimeFormat('en-CA', {
  timeZone: ZONE,
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
});

const weekdays = {
  zh: new Intl.DateTimeFormat('zh-CN', { timeZone: 'UTC', weekday: 'short' }),
  en: new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', weekday: 'short' }),
};

const relative = {
  zh: new Intl.RelativeTimeFormat('zh-CN', { numeric: 'always' }),
  en: new Intl.RelativeTimeFormat('en-GB', { numeric: 'always' }),
};

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const hasTime = (value: string) => value.includes('T');

function beijing(value: string | number): { day: string; time: string } {
  const part: Record<string, string> = {};
  for (const { type, value: text } of clock.formatToParts(new Date(value))) part[type] = text;
  return { day: `${part['year']}-${part['month']}-${part['day']}`, time: `${part['hour']}:${part['minute']}` };
}

/** The day (or month, or year) that a FHIR date, dateTime or instant falls on, as `2026-11-22`; absent if unreadable. */
export function dayOf(value: string | undefined): string | undefined {
  if (!value) return undefined;
  if (!hasTime(value)) return /^\d{4}(-\d{2}){0,2}$/.test(value) ? value : undefined;
  return Number.isNaN(Date.parse(value)) ? undefined : beijing(value).day;
}

/** Milliseconds of the moment that a FHIR date begins, in Beijing; for sorting. `NaN` if unreadable. */
export function startOf(value: string): number {
  if (hasTime(value)) return Date.parse(value);
  const [year, month = '01', day = '01'] = value.split('-');
  return Date.parse(`${year}-${month}-${day}T00:00:00+08:00`);
}

/** `2026-11-22 周日`; a month or a year alone stays as it is. */
export function formatDay(value: string | undefined, language: Language): string {
  const day = dayOf(value);
  if (!day) return '';
  if (day.length < 10) return day;
  return `${day} ${weekdays[language].format(Date.parse(`${day}T00:00:00Z`))}`;
}

/** `2026-11-22 周日 09:30`, or {@link formatDay} for a date without a time. */
export function formatMoment(value: string | undefined, language: Language): string {
  if (!value || !hasTime(value)) return formatDay(value, language);
  if (Number.isNaN(Date.parse(value))) return '';
  return `${formatDay(value, language)} ${beijing(value).time}`;
}

/** `09:30` of a moment; nothing for a date. */
export function formatTime(value: string | undefined): string {
  return value && hasTime(value) && !Number.isNaN(Date.parse(value)) ? beijing(value).time : '';
}

/** Within a day of now `3 分钟前`, else {@link formatMoment}. */
export function formatAgo(value: string | undefined, now: number, language: Language): string {
  if (!value) return '';
  const past = now - startOf(value);
  if (!(past >= 0 && past < DAY)) return formatMoment(value, language);
  const format = relative[language];
  if (past < MINUTE) return format.format(-Math.floor(past / 1000), 'second');
  if (past < HOUR) return format.format(-Math.floor(past / MINUTE), 'minute');
  return format.format(-Math.floor(past / HOUR), 'hour');
}

/** Whole parts of a length of time, the two that matter: days and hours, hours and minutes, or minutes and seconds. */
export function spanOf(milliseconds: number): { days: number; hours: number; minutes: number; seconds: number } {
  const rest = Math.max(0, milliseconds);
  return {
    days: Math.floor(rest / DAY),
    hours: Math.floor((rest % DAY) / HOUR),
    minutes: Math.floor((rest % HOUR) / MINUTE),
    seconds: Math.floor((rest % MINUTE) / 1000),
  };
}

/**
 * Completed years (and months, for infants) from a birth date to `until`, a FHIR date. A birth date without a day counts
 * from its first: the age of somebody known only as "1958" may be one too high, never a made-up day.
 */
export function ageAt(birthDate: string | undefined, until: string): { years: number; months: number } | undefined {
  const from = dayOf(birthDate);
  const to = dayOf(until);
  if (!from || !to) return undefined;
  const [fromYear = 0, fromMonth = 1, fromDay = 1] = from.split('-').map(Number);
  const [toYear = 0, toMonth = 1, toDay = 1] = to.split('-').map(Number);
  const months = (toYear - fromYear) * 12 + (toMonth - fromMonth) - (toDay < fromDay ? 1 : 0);
  if (months < 0) return undefined;
  return { years: Math.floor(months / 12), months: months % 12 };
}

/** Today in Beijing, `2026-11-22`. */
export const today = (now: number = Date.now()): string => beijing(now).day;

/**
 * What people type as a birth date, as a FHIR date: `1958-03-02`, `1958.3.2`, `1958/3`, `19580302`, `1958年3月2日`, `1958`.
 * Absent if it is none of these or no day of the calendar.
 */
export function parseBirthDate(typed: string): string | undefined {
  const text = typed.trim();
  const compact = /^(\d{4})(\d{2})(\d{2})?$/.exec(text);
  const spaced = /^(\d{4})(?:[-./年](\d{1,2})(?:[-./月](\d{1,2})日?|月)?|年)?$/.exec(text);
  const found = compact ?? spaced;
  if (!found) return undefined;
  const [, year = '', month, day] = found;
  const result = [year, month?.padStart(2, '0'), day?.padStart(2, '0')].filter(Boolean).join('-');
  const [, monthNumber = 1, dayNumber = 1] = result.split('-').map(Number);
  const date = new Date(Date.UTC(Number(year), monthNumber - 1, dayNumber));
  const real = date.getUTCMonth() === monthNumber - 1 && date.getUTCDate() === dayNumber && Number(year) >= 1850;
  return real ? result : undefined;
}
