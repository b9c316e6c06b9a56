import { useTranslation } from 'react-i18next';
import { formatDay, today } from '../../shared/format/dates';
import { useCodeName, useLanguage } from '../../shared/i18n/i18n';
import { useNames } from '../../shared/fhir/names';
import type { Terms } from '../requests/consents';

const DAY = 86_400_000;

/** The last day of `days` from now, in Beijing. */
export const lastDay = (days: number): string => today(Date.now() + days * DAY);

/** What a consent says, as facts to read. */
export function useTermFacts(): (terms: Terms, names: ReadonlyMap<string, string>) => { name: string; value: string }[] {
  const { t } = useTranslation('resident');
  const language = useLanguage();
  const codeName = useCodeName();
  return ({ kind, actors, categories, until }, names) => {
    const sensitive = categories.map((code) => codeName('sensitive', code)).join(t('comma'));
    return [
      { name: t(kind === 'permit' ? 'consent.who' : 'consent.notWho'), value: actors.length === 0 ? t('maySee.everybody') : actors.map(({ reference, name }) => names.get(reference) ?? name ?? reference).join(t('comma')) },
      {
        name: t('consent.what'),
        value: kind === 'permit' ? (sensitive ? t('consent.wholeAnd', { sensitive }) : t('consent.wholeWithout')) : sensitive ? t('consent.only', { sensitive }) : t('consent.everything'),
      },
      { name: t('consent.until'), value: until === undefined ? t('consent.untilWithdrawn') : formatDay(until, language) },
    ];
  };
}

export const useActorNames = (terms: Terms[]) => useNames(terms.flatMap(({ actors }) => actors.map(({ reference }) => reference)));
