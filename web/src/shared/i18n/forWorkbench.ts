import type { EntryTexts } from './i18n';
import zh from './zh/forWorkbench';

export const workbenchTexts: EntryTexts = { zh, en: async () => (await import('./en/forWorkbench')).default };
