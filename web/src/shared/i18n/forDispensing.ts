import type { EntryTexts } from './i18n';
import dispensing from './zh/dispensing.json';

/** Of the pages of pharmacies and couriers, which come with their code. */
export const dispensingTexts: EntryTexts = { zh: { dispensing }, en: async () => ({ dispensing: (await import('./en/dispensing.json')).default }) };
