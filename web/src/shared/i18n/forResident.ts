import type { EntryTexts } from './i18n';
import zh from './zh/forResident';

export const residentTexts: EntryTexts = { zh, en: async () => (await import('./en/forResident')).default };
