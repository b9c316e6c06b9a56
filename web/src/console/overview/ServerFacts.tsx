import { useTranslation } from 'react-i18next';
import { LoadFailed, LoadingLines } from '../../shared/faces/Faces';
import { formatMoment } from '../../shared/format/dates';
import { useLanguage } from '../../shared/i18n/i18n';
import styles from './Overview.module.css';
import { useServer } from './useOverview';

export function ServerFacts() {
  const { t } = useTranslation('console');
  const language = useLanguage();
  const { data, error, refetch } = useServer();
  const facts = data && [
    { name: t('server.software'), value: [data.software?.name, data.software?.version].filter(Boolean).join(' ') },
    { name: t('server.fhir'), value: data.fhirVersion },
    { name: t('server.types'), value: t('server.typeCount', { count: data.rest?.[0]?.resource?.length ?? 0 }) },
    { name: t('server.date'), value: formatMoment(data.date, language) },
  ];
  return (
    <section className="card" aria-labelledby="server">
      <h2 id="server">{t('server.title')}</h2>
      {!data && error ? <LoadFailed error={error} onRetry={() => void refetch()} /> : null}
      {!data && !error ? <LoadingLines rows={4} /> : null}
      {facts ? (
        <dl className={styles.facts}>
          {facts.map(({ name, value }) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      ) : null}
    </section>
  );
}
