import type { EntryTexts } from './i18n';
import zh from './zh/forConsole';

export const consoleTexts: EntryTexts = { zh, en: async () => (await import('./en/forConsole')).default };
