import type { Composition } from 'fhir/r4';
import { useTranslation } from 'react-i18next';
import { narrativeLines } from '../../shared/fhir/narrative';
import { formatMoment } from '../../shared/format/dates';
import { useLanguage } from '../../shared/i18n/i18n';
import { useAddenda } from '../../shared/record/useAddenda';
import { useSignature } from '../../shared/record/useSignature';
import { Failed, Section, Tag } from './ui';

/** What a doctor added to a document since, below it. */
export function Addenda({ of, patient }: { of: string; patient: string | undefined }) {
  const { t } = useTranslation('common');
  const { data, error, refetch } = useAddenda(of, patient);
  if (error) return <Failed error={error} onRetry={() => void refetch()} />;
  if (!data || data.length === 0) return null;
  return (
    <Section title={t('addendum.title')}>
      {data.map((addendum) => (
        <OneAddendum key={addendum.id} addendum={addendum} />
      ))}
    </Section>
  );
}

function OneAddendum({ addendum }: { addendum: Composition }) {
  const { t } = useTranslation('common');
  const language = useLanguage();
  const { data } = useSignature(addendum);
  const stands = !data || (data.signed && data.valid);
  return (
    <article className="card">
      <p className="muted small">{formatMoment(addendum.date, language)}</p>
      {stands ? null : <Tag tone={data.signed ? 'bad' : 'warning'}>{t(data.signed ? 'addendum.broken' : 'addendum.unsigned')}</Tag>}
      {(addendum.section ?? []).flatMap(({ text }) => (text ? narrativeLines(text.div) : [])).map((line, index) => (
        <p key={index}>{line}</p>
      ))}
    </article>
  );
}
