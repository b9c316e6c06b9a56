import '../../shared/rating/texts';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { LONGEST, SCALE, useRate, useRated, type Rated, type Rating } from '../../shared/rating/ratings';
import { formatDay } from '../../shared/format/dates';
import { useLanguage } from '../../shared/i18n/i18n';
import { useSearchParams } from '../router';
import { Page } from '../ui/Page';
import { Actions, Button, Chips, Choice, Choices, Empty, Faces, Facts, Failed, Field, Notice } from '../ui/ui';
import styles from './Ratings.module.css';

const REFERENCE = /^(Encounter|SupplyDelivery|MedicationDispense)\/[A-Za-z0-9.-]{1,64}$/;

/** One thing that is over: rated, changed, or read. */
export function RatePage() {
  const { t } = useTranslation('rating');
  const [query] = useSearchParams();
  const about = query.get('about') ?? '';
  return (
    <Page title={t('title')} back="/ratings" fixed>
      {REFERENCE.test(about) ? <OfThing about={about} /> : <Empty title={t('noThing')} />}
    </Page>
  );
}

function OfThing({ about }: { about: string }) {
  const { t } = useTranslation('rating');
  const rated = useRated(about);
  return (
    <Faces query={rated} cards={2}>
      {(one) => (
        <>
          <h2>{t(`how.${one.kind}`)}</h2>
          <p className="muted">{one.institution?.display}</p>
          {one.may ? <Form key={one.rating === undefined ? 'new' : 'own'} about={about} rated={one} /> : one.rating ? <Stands rated={one} rating={one.rating} /> : <Empty title={t('over')} />}
        </>
      )}
    </Faces>
  );
}

/** What is chosen stays when it is refused. */
function Form({ about, rated: { rating, questions, until } }: { about: string; rated: Rated }) {
  const { t } = useTranslation('rating');
  const language = useLanguage();
  const rate = useRate();
  const [overall, setOverall] = useState(rating?.overall ?? 0);
  const [answers, setAnswers] = useState(rating?.answers ?? {});
  const [words, setWords] = useState(rating?.words ?? '');
  const [missing, setMissing] = useState(false);
  const send = () => {
    setMissing(overall === 0);
    if (overall === 0) return;
    const said = Object.entries(answers).map(([id, yes]) => [id, String(yes)]);
    rate.mutate({ about, overall: String(overall), ...(Object.fromEntries(said) as Record<string, string>), ...(words.trim() ? { words: words.trim() } : {}) });
  };
  return (
    <>
      {rating ? (
        <Notice tone="good" title={t('saved')} role="status">
          <p>{t('changeable', { until: formatDay(until, language) })}</p>
        </Notice>
      ) : null}
      <div className={`card ${styles.form}`}>
        <Choices legend={t('overall')}>
          {SCALE.map((value) => (
            <Choice key={value} type="radio" name="overall" checked={overall === value} onChange={() => setOverall(value)} title={t(`value.${value}`)} />
          ))}
        </Choices>
        {missing ? <p role="alert">{t('choose')}</p> : null}
        {questions.map(({ id, text }) => (
          <div key={id} className={styles.question}>
            <span>{text}</span>
            <Chips
              label={text}
              value={answers[id] === undefined ? '' : answers[id] ? 'yes' : 'no'}
              options={(['yes', 'no'] as const).map((value) => ({ value, label: t(value) }))}
              onChange={(value) => setAnswers((now) => ({ ...now, [id]: value === 'yes' }))}
            />
          </div>
        ))}
        <Field label={t('words', { count: LONGEST })}>{(id) => <textarea id={id} rows={3} maxLength={LONGEST} value={words} onChange={(event) => setWords(event.target.value)} />}</Field>
        <p className="muted small">{t('who')}</p>
        {rate.error ? <Failed error={rate.error} /> : null}
        <Actions>
          <Button kind="primary" wide busy={rate.isPending} onClick={send}>
            {t(rating ? 'change' : 'submit')}
          </Button>
        </Actions>
      </div>
    </>
  );
}

function Stands({ rated, rating }: { rated: Rated; rating: Rating }) {
  const { t } = useTranslation('rating');
  const answered = rated.questions.filter(({ id }) => rating.answers[id] !== undefined);
  return (
    <>
      <Notice title={t('yours')}>
        <p>{t('stands')}</p>
      </Notice>
      <div className="card">
        <Facts
          facts={[
            { name: t('overall'), value: t(`value.${rating.overall as (typeof SCALE)[number]}`) },
            ...answered.map(({ id, text }) => ({ name: text, value: t(rating.answers[id] ? 'yes' : 'no') })),
            ...(rating.words ? [{ name: t('wordsOwn'), value: rating.words }] : []),
          ]}
        />
      </div>
    </>
  );
}
