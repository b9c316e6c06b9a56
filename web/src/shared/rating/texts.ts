import { alsoTexts } from '../i18n/i18n';
import zh from '../i18n/zh/rating.json';

await alsoTexts({ zh: { rating: zh }, en: async () => ({ rating: (await import('../i18n/en/rating.json')).default }) });
