import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNames } from '../../shared/fhir/names';
import { useTypeName } from '../../shared/i18n/i18n';
import '../reports/texts';
import { useAbout, useAsk } from '../requests/corrections';
import { useNavigate, useSearchParams } from '../router';
import { Page } from '../ui/Page';
import { Bottom, Button, Empty, Facts, Failed, Faces, Field } from '../ui/ui';
import '../types';

const LEAST = 5;

/** Asks the institution that stands for a record to correct it. */
export function AskPage() {
  const { t } = useTranslation('reports');
  const typeName = useTypeName();
  const go = useNavigate();
  const [address] = useSearchParams();
  const reference = address.get('about') ?? '';
  const about = useAbout(reference);
  const names = useNames([about.data?.institution?.reference]);
  const ask = useAsk();
  const [words, setWords] = useState('');
  const [short, setShort] = useState(false);
  const institution = about.data?.institution;
  const send = () => {
    const tooShort = [...words.trim()].length < LEAST;
    setShort(tooShort);
    if (!tooShort && about.data) ask.mutate({ about: about.data, words: words.trim() }, { onSuccess: () => go('/corrections', { replace: true }) });
  };
  return (
    <Page
      title={t('corrections.ask')}
      back="/corrections"
      fixed
      {...(institution
        ? {
            bottom: (
              <Bottom>
                <Button kind="primary" wide busy={ask.isPending} onClick={send}>
                  {t('corrections.send')}
                </Button>
              </Bottom>
            ),
          }
        : {})}
    >
      {reference === '' ? (
        <Empty title={t('corrections.noneHint')} />
      ) : (
        <Faces query={about} isEmpty={(data) => data.institution === undefined} empty={<Empty title={t('corrections.noInstitution')}>{t('corrections.noInstitutionHint')}</Empty>}>
          {(data) => (
            <>
              <div className="card">
                <Facts
                  facts={[
                    { name: t('corrections.what'), value: [typeName(reference.split('/')[0] ?? ''), data.name].filter(Boolean).join(' · ') },
                    { name: t('corrections.to'), value: names.get(institution?.reference ?? '') ?? institution?.display },
                  ]}
                />
              </div>
              <Field label={t('corrections.wordsLabel')} problem={short ? t('corrections.tooShort', { least: LEAST }) : undefined}>
                {(id, problem) => <textarea id={id} rows={5} value={words} aria-invalid={short} aria-describedby={problem} onChange={(event) => setWords(event.target.value)} />}
              </Field>
              <p className="muted small">{t('corrections.hint')}</p>
              {ask.error ? <Failed error={ask.error} /> : null}
            </>
          )}
        </Faces>
      )}
    </Page>
  );
}
