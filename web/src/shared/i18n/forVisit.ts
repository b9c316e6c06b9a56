import type { EntryTexts } from './i18n';
import visit from './zh/visit.json';

/** Of the pages of visits on line, which come with their code. */
export const visitTexts: EntryTexts = { zh: { visit }, en: async () => ({ visit: (await import('./en/visit.json')).default }) };
