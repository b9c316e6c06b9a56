import { useTranslation } from 'react-i18next';
import { formatMoment, formatTime } from '../../shared/format/dates';
import type { Emergency } from '../../shared/fhir/emergencies';
import { useLanguage } from '../../shared/i18n/i18n';
import { useEmergencies } from '../requests/emergencies';
import { useNames } from '../../shared/fhir/names';
import { usePerson } from '../requests/person';
import { Page } from '../ui/Page';
import { ButtonLink, Empty, Faces, Facts, Tag } from '../ui/ui';
import styles from '../seen/Seen.module.css';

export function EmergencyTag({ emergency }: { emergency: Emergency }) {
  const { t } = useTranslation('resident');
  if (emergency.state !== 'reviewed') return <Tag tone="warning">{t(`emergency.state.${emergency.state}`)}</Tag>;
  return emergency.decision === 'misuse' ? <Tag tone="bad">{t('emergency.misuse')}</Tag> : <Tag tone="good">{t('emergency.justified')}</Tag>;
}

/** 紧急访问: who opened the record in an emergency, why, and what came of the review. */
export function EmergencyPage() {
  const { t } = useTranslation('resident');
  const language = useLanguage();
  const person = usePerson();
  const emergencies = useEmergencies(person.id);
  const names = useNames((emergencies.data ?? []).flatMap(({ practitioner, institution }) => [practitioner, institution]));
  const nameOf = (reference: string | undefined) => (reference === undefined ? t('unknown') : (names.get(reference) ?? reference));
  return (
    <Page title={t('emergency.title')} back="/mine">
      <p className="muted">{t('emergency.lead')}</p>
      <Faces query={emergencies} isEmpty={(list) => list.length === 0} empty={<Empty title={t('emergency.none')}>{t('emergency.noneHint')}</Empty>}>
        {(list) =>
          list.map((one) => (
            <article key={one.id} className={`card ${styles.visit}`} style={{ gap: '0.75rem' }}>
              <header>
                <h2>{nameOf(one.practitioner)}</h2>
                <EmergencyTag emergency={one} />
              </header>
              <Facts
                facts={[
                  { name: t('emergency.where'), value: nameOf(one.institution) },
                  { name: t('emergency.when'), value: `${formatMoment(one.start, language)}–${formatTime(one.end)}` },
                  { name: t('emergency.reason'), value: one.reason ?? t('unknown') },
                  ...(one.statement ? [{ name: t('emergency.statement'), value: one.statement }] : []),
                  ...(one.note ? [{ name: t('emergency.note'), value: one.note }] : []),
                ]}
              />
              <ButtonLink to={`/seen?emergency=${encodeURIComponent(one.id)}`} wide>
                {t('emergency.seen')}
              </ButtonLink>
            </article>
          ))
        }
      </Faces>
    </Page>
  );
}
