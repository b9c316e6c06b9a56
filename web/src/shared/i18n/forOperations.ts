import type { EntryTexts } from './i18n';
import operations from './zh/operations.json';

/** Names of the API's operations, for pages that tell who did what. Each one of the CapabilityStatement has one (AuditedPlatformTests). */
export const operationTexts: EntryTexts = { zh: { operations }, en: async () => ({ operations: (await import('./en/operations.json')).default }) };
