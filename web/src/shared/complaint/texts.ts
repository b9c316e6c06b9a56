import { alsoTexts } from '../i18n/i18n';
import zh from '../i18n/zh/complaint.json';

await alsoTexts({ zh: { complaint: zh }, en: async () => ({ complaint: (await import('../i18n/en/complaint.json')).default }) });
