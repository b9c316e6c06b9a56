import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { Bundle, Patient } from 'fhir/r4';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'react-router';
import { LoadFailed, LoadingLines, NothingHere } from '../../shared/faces/Faces';
import { resourcesOf } from '../../shared/fhir/bundles';
import { operate, search } from '../../shared/fhir/client';
import { addressText, nameOf } from '../../shared/fhir/words';
import { cleanIdentityNumber, hasRightCheckDigit, looksLikeIdentityNumber } from '../../shared/format/identity';
import { useCodeName } from '../../shared/i18n/i18n';
import { PageTitle } from '../../shared/PageTitle';
import { AgeText } from '../../shared/person/AgeText';
import { isMasked } from '../../shared/record/useRecord';
import { StatusTag } from '../../shared/StatusTag';
import { Items } from '../keys/Items';
import lists from '../Lists.module.css';

const MOST = 50;

const escape = (value: string) => value.replace(/[\\,|$]/g, '\\$&');

/** A whole identity number finds its bearer, masked, wherever they were entered; a name only those whose record is open. */
function useFound(text: string) {
  const number = cleanIdentityNumber(text);
  const isNumber = looksLikeIdentityNumber(number);
  const client = useQueryClient();
  return useQuery({
    queryKey: ['work-find', text],
    queryFn: async ({ signal }) => {
      if (isNumber) {
        const bearers = resourcesOf<Patient>(await operate<Bundle>('Patient/$locate', { identifier: number }), 'Patient');
        // Whoever opens one whose record is closed still sees, masked, whom it is about.
        for (const bearer of bearers) if (client.getQueryData(['patient', bearer.id]) === undefined) client.setQueryData(['patient', bearer.id], bearer);
        return bearers;
      }
      const parameters = new URLSearchParams({ _count: String(MOST) });
      if (/^\d{6,}$/.test(number)) parameters.set('identifier', number);
      else for (const part of text.split(/\s+/).filter(Boolean)) parameters.append('name', escape(part));
      return resourcesOf<Patient>(await search('Patient', parameters, signal), 'Patient');
    },
    enabled: text !== '' && (!isNumber || hasRightCheckDigit(number)),
    staleTime: 0,
  });
}

export function FindPage() {
  const { t } = useTranslation(['workbench', 'record']);
  const codeName = useCodeName();
  const state = useLocation().state as { text?: unknown } | null;
  const text = typeof state?.text === 'string' ? state.text : '';
  const { data, error, refetch, isFetching } = useFound(text);
  const number = cleanIdentityNumber(text);
  const slip = looksLikeIdentityNumber(number) && !hasRightCheckDigit(number);
  return (
    <div className={lists.page}>
      <PageTitle page={t('find.title')} />
      <h1>{t('find.title')}</h1>
      <p className="muted">{t('find.lead')}</p>
      {slip ? <NothingHere title={t('find.wrongDigit')}>{t('find.wrongDigitHint')}</NothingHere> : null}
      {error ? <LoadFailed error={error} onRetry={() => void refetch()} /> : null}
      {isFetching && !data ? <LoadingLines rows={6} /> : null}
      {data?.length === 0 ? <NothingHere title={t('find.none')}>{t('find.noneHint')}</NothingHere> : null}
      {data && data.length > 0 ? (
        <Items
          label={t('find.title')}
          items={data.map((patient) => ({
            key: patient.id ?? '',
            to: `/persons/${patient.id ?? ''}`,
            title: (
              <>
                <strong>{nameOf(patient) ?? t('record:record.unnamed')}</strong>
                <span className="muted">
                  {codeName('gender', patient.gender ?? 'unknown')} <AgeText patient={patient} />
                </span>
                {isMasked(patient) ? <StatusTag>{t('find.closed')}</StatusTag> : null}
              </>
            ),
            note: addressText(patient.address?.[0]),
            aside: patient.birthDate,
          }))}
        />
      ) : null}
    </div>
  );
}
