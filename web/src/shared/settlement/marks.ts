export const MARKS = ['referred', 'other-city-registered', 'other-city'] as const;

const OTHER_CITY: readonly string[] = ['other-city-registered', 'other-city'];

/** What is ticked then: who comes from another city is registered for it or is not, never both. */
export function ticked(before: string[], after: string[]): string[] {
  const latest = after.find((mark) => !before.includes(mark));
  return latest !== undefined && OTHER_CITY.includes(latest) ? after.filter((mark) => mark === latest || !OTHER_CITY.includes(mark)) : after;
}
