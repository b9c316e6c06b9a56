import { alsoTexts } from '../i18n/i18n';
import zh from '../i18n/zh/supervision.json';

await alsoTexts({ zh: { supervision: zh }, en: async () => ({ supervision: (await import('../i18n/en/supervision.json')).default }) });
