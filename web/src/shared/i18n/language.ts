import type { Language } from '../format/dates';

const KEY = 'helan.language';

/** The language chosen on this device; Chinese until someone chooses. Not private, so it may outlive the tab. */
export function currentLanguage(): Language {
  return localStorage.getItem(KEY) === 'en' ? 'en' : 'zh';
}

export function rememberLanguage(language: Language): void {
  localStorage.setItem(KEY, language);
}
