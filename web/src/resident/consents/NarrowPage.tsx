import type { Consent } from 'fhir/r4';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate, useParams } from '../router';
import { formatDay, today } from '../../shared/format/dates';
import { useCodeName, useLanguage } from '../../shared/i18n/i18n';
import { narrowed, termsOf, useConsent, useWriteConsent } from '../requests/consents';
import { Page } from '../ui/Page';
import { Bottom, Button, Choice, Choices, Faces, Failed } from '../ui/ui';
import { lastDay } from './terms';

/** Takes something out of a consent: a category, or days. Adding is another consent, with the text read again. */
export function NarrowPage() {
  const { t } = useTranslation('resident');
  const { id = '' } = useParams();
  const consent = useConsent(id);
  // Held here: the form begins anew with another version, and what came of writing it is still to be told.
  const write = useWriteConsent();
  if (consent.data) return <Form key={consent.data.meta?.versionId} consent={consent.data} write={write} />;
  return (
    <Page title={t('narrow.title')} back={`/consents/${id}`} fixed>
      <Faces query={consent}>{() => null}</Faces>
    </Page>
  );
}

const ENDS = [0, 7, 30, 90] as const;

function Form({ consent, write }: { consent: Consent; write: ReturnType<typeof useWriteConsent> }) {
  const { t } = useTranslation('resident');
  const language = useLanguage();
  const codeName = useCodeName();
  const navigate = useNavigate();
  const terms = termsOf(consent);
  const present = terms.until?.slice(0, 10);
  const [categories, setCategories] = useState(terms.categories);
  const [until, setUntil] = useState<string>();
  const earlier = ENDS.map(lastDay).filter((day) => present === undefined || day < present);
  const changed = until !== undefined || categories.length < terms.categories.length;
  return (
    <Page
      title={t('narrow.title')}
      back={`/consents/${consent.id ?? ''}`}
      fixed
      bottom={
        <Bottom>
          <Button
            kind="primary"
            wide
            busy={write.isPending || !changed}
            onClick={() => write.mutate(narrowed(consent, categories, until), { onSuccess: () => void navigate(`/consents/${consent.id ?? ''}`, { replace: true, state: { just: 'narrowed' } }) })}
          >
            {changed ? t('narrow.submit') : t('narrow.nothing')}
          </Button>
        </Bottom>
      }
    >
      {terms.categories.length > 0 ? (
        <Choices legend={t('narrow.categories')}>
          {terms.categories.map((code) => (
            <Choice
              key={code}
              type="checkbox"
              name={code}
              checked={categories.includes(code)}
              onChange={(on) => setCategories(on ? [...categories, code] : categories.filter((one) => one !== code))}
              title={codeName('sensitive', code)}
            />
          ))}
        </Choices>
      ) : null}
      <Choices legend={t('narrow.until')}>
        <Choice type="radio" name="until" checked={until === undefined} onChange={() => setUntil(undefined)} title={t('narrow.sameEnd')} note={present ? formatDay(present, language) : t('consent.untilWithdrawn')} />
        {earlier.map((day) => (
          <Choice key={day} type="radio" name="until" checked={until === day} onChange={() => setUntil(day)} title={day === today() ? t('narrow.endOfToday') : formatDay(day, language)} />
        ))}
      </Choices>
      {write.error ? <Failed error={write.error} /> : null}
    </Page>
  );
}
