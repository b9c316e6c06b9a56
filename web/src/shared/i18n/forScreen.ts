import type { EntryTexts } from './i18n';
import zh from './zh/forScreen';

export const screenTexts: EntryTexts = { zh, en: async () => (await import('./en/forScreen')).default };
