import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Navigate, useNavigate, useParams, useSearchParams } from '../router';
import { formatDay, today } from '../../shared/format/dates';
import { useCodeName, useLanguage } from '../../shared/i18n/i18n';
import { CATEGORIES, consentOf, useConsentTexts, useWriteConsent } from '../requests/consents';
import { useMe, usePerson, usePersons } from '../requests/person';
import { Page } from '../ui/Page';
import { Bottom, Button, Choice, Choices, Faces, Facts, Failed, Field, Steps } from '../ui/ui';
import ui from '../ui/Ui.module.css';
import { beginDraft, keepDraft, useDraft, type Draft } from './draft';
import { lastDay, useTermFacts } from './terms';
import { WhoStep } from './WhoStep';

const STEPS = ['who', 'what', 'until', 'text'] as const;
type Step = (typeof STEPS)[number];

const isAnswered = (draft: Draft): boolean => draft.actors.length > 0 || (draft.kind === 'deny' && draft.everybody);

/** Gives a consent, or objects: one question a page, and nothing lost on the way back. */
export function GivePage() {
  const { t } = useTranslation('resident');
  const { step } = useParams();
  const draft = useDraft();
  const [query] = useSearchParams();
  const person = usePerson();
  const days = Number(query.get('days') ?? 0);
  // From a report, say: for one doctor, for some days. What was answered about this person before is not asked again.
  const begins = query.has('doctor') && (draft?.kind !== 'permit' || draft.patient !== person.id);
  useEffect(() => {
    if (begins) beginDraft(person.id, 'permit', days > 0 && days <= 365 ? lastDay(days) : undefined);
  }, [begins, person.id, days]);
  if (begins) return null;
  const at = STEPS.findIndex((one) => one === step);
  if (draft === undefined) return <Navigate to="/consents" />;
  if (at < 0 || (at > 0 && !isAnswered(draft))) return <Navigate to="/consents/new/who" />;
  return (
    <Flow key={step} draft={draft} step={STEPS[at]!} at={at} title={t(draft.kind === 'permit' ? 'consents.give' : 'consents.object')} />
  );
}

function Flow({ draft, step, at, title }: { draft: Draft; step: Step; at: number; title: string }) {
  const { t } = useTranslation('resident');
  const navigate = useNavigate();
  const [problem, setProblem] = useState<string>();
  const { persons } = usePersons();
  const me = useMe().data;
  const language = useLanguage();
  const texts = useConsentTexts(language);
  const text = texts.data?.at(-1);
  const write = useWriteConsent();
  const name = persons?.find(({ id }) => id === draft.patient)?.name ?? '';

  useEffect(() => setProblem(undefined), [draft]);

  const next = () => {
    setProblem(undefined);
    if (step === 'who' && !isAnswered(draft)) return setProblem(t('flow.chooseWho'));
    if (step === 'until' && draft.until !== undefined && !(draft.until >= today())) return setProblem(t('flow.badDay'));
    if (step !== 'text') return void navigate(`/consents/new/${STEPS[at + 1] ?? ''}`);
    if (!text || !me) return setProblem(t('flow.noText'));
    // Only what belongs to this kind: somebody may have gone back and changed the answer.
    const terms = { kind: draft.kind, actors: draft.everybody ? [] : draft.actors, categories: draft.categories, until: draft.until };
    write.mutate(consentOf(draft.patient, me.fhirUser ?? `Patient/${draft.patient}`, terms, text.uri, new Date()), {
      onSuccess: (written) => {
        // The draft goes when the consent is shown: without it this page would lead away first.
        void navigate(`/consents/${written.id ?? ''}`, { replace: true, state: { just: 'given' } });
      },
    });
  };

  return (
    <Page
      title={title}
      back={at === 0 ? '/consents' : `/consents/new/${STEPS[at - 1] ?? ''}`}
      fixed
      bottom={
        <Bottom>
          {problem ? (
            <p role="alert" className={ui.problem}>
              {problem}
            </p>
          ) : null}
          <Button kind="primary" wide busy={write.isPending} onClick={next}>
            {step === 'text' ? t(draft.kind === 'permit' ? 'flow.agree' : 'flow.objectNow') : t('flow.next')}
          </Button>
        </Bottom>
      }
    >
      <Steps at={at + 1} of={STEPS.length} />
      {step === 'who' ? <WhoStep draft={draft} /> : step === 'what' ? <WhatStep draft={draft} /> : step === 'until' ? <UntilStep draft={draft} /> : <TextStep draft={draft} name={name} texts={texts} />}
      {write.error ? <Failed error={write.error} /> : null}
    </Page>
  );
}

function WhatStep({ draft }: { draft: Draft }) {
  const { t } = useTranslation('resident');
  const codeName = useCodeName();
  const { kind, categories } = draft;
  const set = (chosen: string[]) => keepDraft({ ...draft, categories: chosen });
  const boxes = CATEGORIES.map((code) => (
    <Choice
      key={code}
      type="checkbox"
      name={code}
      checked={categories.includes(code)}
      onChange={(on) => set(on ? [...categories, code] : categories.filter((one) => one !== code))}
      title={codeName('sensitive', code)}
    />
  ));
  if (kind === 'permit') {
    return (
      <>
        <h2>{t('flow.whatPermit')}</h2>
        <p>{t('flow.whole')}</p>
        <Choices legend={t('flow.sensitive')}>{boxes}</Choices>
        <p className="muted small">{t('flow.sensitiveHint')}</p>
      </>
    );
  }
  return (
    <>
      <h2>{t('flow.whatDeny')}</h2>
      <p>{t('flow.denyHint')}</p>
      <Choices legend={t('flow.denySome')}>{boxes}</Choices>
      <p className="muted small">{t('flow.denyEverything')}</p>
    </>
  );
}

const ENDS = [30, 90, 365] as const;

function UntilStep({ draft }: { draft: Draft }) {
  const { t } = useTranslation('resident');
  const language = useLanguage();
  const { until } = draft;
  const ends = ENDS.map((days) => ({ days, day: lastDay(days) }));
  const [own, setOwn] = useState(until !== undefined && !ends.some(({ day }) => day === until));
  const set = (day: string | undefined) => keepDraft({ ...draft, until: day });
  const choose = (day: string | undefined) => {
    setOwn(false);
    set(day);
  };
  return (
    <>
      <h2>{t(draft.kind === 'permit' ? 'flow.untilPermit' : 'flow.untilDeny')}</h2>
      <Choices legend={t('flow.untilLegend')} hidden>
        {ends.map(({ days, day }) => (
          <Choice key={days} type="radio" name="until" checked={!own && until === day} onChange={() => choose(day)} title={t(`flow.days.${days}`)} note={t('maySee.until', { when: formatDay(day, language) })} />
        ))}
        <Choice type="radio" name="until" checked={!own && until === undefined} onChange={() => choose(undefined)} title={t('consent.untilWithdrawn')} note={t('flow.anyTime')} />
        <Choice
          type="radio"
          name="until"
          checked={own}
          onChange={() => {
            setOwn(true);
            set(until ?? lastDay(30));
          }}
          title={t('flow.ownDay')}
        />
      </Choices>
      {own ? <Field label={t('flow.lastDay')}>{(id) => <input id={id} type="date" min={today()} value={until ?? ''} onChange={(event) => set(event.target.value)} />}</Field> : null}
    </>
  );
}


function TextStep({ draft, name, texts }: { draft: Draft; name: string; texts: ReturnType<typeof useConsentTexts> }) {
  const { t } = useTranslation('resident');
  const factsOf = useTermFacts();
  const terms = { ...draft, actors: draft.everybody ? [] : draft.actors };
  return (
    <>
      <h2>{t('flow.check')}</h2>
      <div className="card">
        <Facts facts={[{ name: t('flow.whose'), value: name }, ...factsOf(terms, new Map(draft.actors.map((actor) => [actor.reference, actor.name ?? actor.reference])))]} />
      </div>
      <h2>{t('flow.read')}</h2>
      <Faces query={texts} cards={2}>
        {(list) => (
          <div className={ui.document} tabIndex={0} role="region" aria-label={t('flow.read')}>
            {list.at(-1)?.text}
          </div>
        )}
      </Faces>
    </>
  );
}
