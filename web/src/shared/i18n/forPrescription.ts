import type { EntryTexts } from './i18n';
import prescription from './zh/prescription.json';

/** Of the pages of prescriptions and their review, which come with their code. */
export const prescriptionTexts: EntryTexts = { zh: { prescription }, en: async () => ({ prescription: (await import('./en/prescription.json')).default }) };
