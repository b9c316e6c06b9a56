import i18next from 'i18next';
import { initReactI18next, useTranslation } from 'react-i18next';
import type { Language } from '../format/dates';
import { currentLanguage, rememberLanguage } from './language';
import type zh from './zh';

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'common';
    resources: typeof zh;
    // A key without a text is a compile error, and shows as its key, not as an empty spot.
    returnNull: false;
  }
}

type Texts = Partial<Record<keyof typeof zh, object>>;

/** Chinese comes with the page; English is fetched when someone asks for it. */
export type EntryTexts = { zh: Texts; en: () => Promise<Texts> };

let entry: EntryTexts = { zh: {}, en: () => Promise.resolve({}) };

/** Texts that came with the code of later pages. */
const later = new Set<EntryTexts>();

async function load(language: Language): Promise<void> {
  if (language === 'zh') return;
  for (const texts of [entry, ...later]) {
    const known = Object.keys(texts.zh).every((namespace) => i18next.hasResourceBundle('en', namespace));
    if (known && i18next.hasResourceBundle('en', 'common')) continue;
    for (const [namespace, english] of Object.entries(await texts.en())) i18next.addResourceBundle('en', namespace, english);
  }
}

/** For pages whose texts are too many for the first view: called by their module before it draws anything. */
export async function alsoTexts(texts: EntryTexts): Promise<void> {
  later.add(texts);
  for (const [namespace, chinese] of Object.entries(texts.zh)) bring(namespace as keyof typeof zh, chinese);
  // Otherwise the start loads them with its own.
  if (i18next.isInitialized) await load(currentLanguage());
}

export async function startTranslation(texts: EntryTexts): Promise<void> {
  entry = texts;
  const language = currentLanguage();
  await i18next.use(initReactI18next).init({
    lng: language,
    fallbackLng: 'zh',
    defaultNS: 'common',
    resources: { zh: texts.zh as typeof zh },
    partialBundledLanguages: true,
    interpolation: { escapeValue: false }, // React escapes.
    react: { useSuspense: false },
  });
  for (const [namespace, texts] of early.splice(0)) bring(namespace, texts);
  await speak(language);
}

/**
 * Chinese texts that come with a page rather than with the entry: a namespace, or a part of one that is there. Their English is in
 * the entry's English file.
 */
export function bring(namespace: keyof typeof zh, texts: object): void {
  if (i18next.isInitialized) i18next.addResourceBundle('zh', namespace, texts, true);
  else early.push([namespace, texts]);
}

/** What came before the entry's own, as in a test that imports a page first. */
const early: [keyof typeof zh, object][] = [];

export async function speak(language: Language): Promise<void> {
  await load(language);
  rememberLanguage(language);
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
  await i18next.changeLanguage(language);
}

export function useLanguage(): Language {
  const { i18n } = useTranslation();
  return i18n.language === 'en' ? 'en' : 'zh';
}

/** The name of a FHIR resource type in the reader's language; a type of a newer FHIR keeps its own name. */
export function useTypeName(): (type: string) => string {
  const { t } = useTranslation('types');
  return (type) => t(type as keyof typeof zh.types, { defaultValue: type });
}

/** What a code means, from `codes.json`; a code that is not there is shown as it is. */
export function useCodeName(): (list: keyof typeof zh.codes, code: string | undefined) => string | undefined {
  const { t } = useTranslation('codes');
  return (list, code) => (code === undefined ? undefined : t(`${list}.${code}` as never, { defaultValue: code }));
}
