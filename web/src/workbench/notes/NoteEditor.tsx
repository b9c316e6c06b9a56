import { Alert, Button, Segmented } from 'antd';
import type { Composition, Encounter, Reference } from 'fhir/r4';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { LoadFailed } from '../../shared/faces/Faces';
import { formatTime } from '../../shared/format/dates';
import { useShortcuts } from '../keys/KeyBoard';
import keys from '../keys/Keys.module.css';
import { DiagnosisField } from './DiagnosisField';
import { isEmpty, missing, partsOf, type Draft, type Setting } from './note';
import styles from './Notes.module.css';
import { DIAGNOSIS, TEMPLATE_NAMES, TEMPLATES, type Part, type TemplateName } from './templates';
import { useFinish, useSave, useSign } from './useNotes';

/** Kept on the server when the hand has rested this long. */
const REST = 20_000;

type Props = { patient: string; author: { author: Reference; institution: Reference }; encounter: Encounter | undefined; note: Composition | undefined; first: Draft; onTemplate: (name: TemplateName) => void };

/**
 * A note from the first letter to the signature by the keyboard alone: Tab goes through the parts, Ctrl+Enter signs. What is typed is
 * kept as a preliminary note while the hand rests and on leaving; a refused save leaves it on the page.
 */
export function NoteEditor({ patient, author, encounter, note, first, onTemplate }: Props) {
  const { t } = useTranslation(['workbench', 'common']);
  const go = useNavigate();
  const [draft, setDraft] = useState(first);
  const [kept, setKept] = useState(first);
  const [stored, setStored] = useState(note);
  const [keptAt, setKeptAt] = useState<string>();
  const [lacking, setLacking] = useState<readonly Part[]>([]);
  const save = useSave();
  const finish = useFinish();
  const sign = useSign();
  const fields = useRef(new Map<Part, HTMLTextAreaElement>());
  const diagnosis = useRef<HTMLInputElement>(null);
  const parts = partsOf(draft);
  const asked: readonly Part[] = TEMPLATES[draft.template].asked;
  const changed = draft !== kept;
  const busy = save.isPending || finish.isPending || sign.isPending;

  const setting: Setting = {
    patient: `Patient/${patient}`,
    encounter: encounter?.id === undefined ? undefined : `Encounter/${encounter.id}`,
    author: author.author,
    institution: author.institution,
    titles: { note: t(`notes.template.${draft.template}`), part: (part) => t(`notes.part.${part}`), suspected: t('notes.suspected') },
  };

  const focus = (part: Part | undefined) => (part === DIAGNOSIS ? diagnosis.current : fields.current.get(part as Part))?.focus();

  async function keep() {
    if (busy || !changed || isEmpty(draft)) return;
    const now = draft;
    const written = await save.mutateAsync({ draft: now, setting, before: stored }).catch(() => undefined);
    if (!written) return;
    setStored(written);
    setKept(now);
    setKeptAt(new Date().toISOString());
  }

  async function done() {
    if (busy) return;
    const lacks = missing(draft);
    setLacking(lacks);
    if (lacks.length > 0) return focus(lacks[0]);
    const written = await finish.mutateAsync({ draft, setting, before: stored }).catch(() => undefined);
    if (!written) return;
    leaving.current = undefined;
    // A note that could not be signed is there all the same; its page says so and signs again.
    await sign.mutateAsync(written).catch(() => undefined);
    void go(`/persons/${patient}/notes/${written.id}`, { replace: true });
  }

  // What one did not finish is not lost by going elsewhere.
  const leaving = useRef<(() => void) | undefined>(undefined);
  useEffect(() => {
    leaving.current = changed && !isEmpty(draft) && !finish.isSuccess ? () => save.mutate({ draft, setting, before: stored }) : undefined;
  });
  useEffect(() => () => leaving.current?.(), []);
  useEffect(() => {
    if (!changed) return undefined;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener('beforeunload', warn);
    return () => removeEventListener('beforeunload', warn);
  }, [changed]);

  const rest = useRef<() => void>(() => undefined);
  useEffect(() => {
    rest.current = () => void keep();
  });
  useEffect(() => {
    if (!changed) return undefined;
    const timer = setTimeout(() => rest.current(), REST);
    return () => clearTimeout(timer);
  }, [draft, changed]);

  const begin = TEMPLATES[draft.template].parts[0];
  useEffect(() => focus(begin), [begin]);

  useShortcuts([
    { key: 'Ctrl+Enter', label: t('notes.sign'), run: () => void done() },
    { key: 'Ctrl+s', label: t('notes.keep'), run: () => void keep() },
  ]);

  return (
    <form
      className={styles.editor}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void done();
      }}
    >
      <header className={styles.head}>
        <h1>{t(`notes.template.${draft.template}`)}</h1>
        <Segmented
          value={draft.template}
          onChange={(name) => {
            onTemplate(name);
            setDraft({ ...draft, template: name });
          }}
          aria-label={t('notes.kind')}
          options={TEMPLATE_NAMES.map((value) => ({ value, label: t(`notes.template.${value}`) }))}
        />
      </header>
      {encounter ? null : <Alert type="warning" showIcon title={t('notes.noVisit')} />}
      {parts.map((part) => {
        const lacks = lacking.includes(part) && missing(draft).includes(part);
        return (
          <div key={part} className={styles.part}>
            <label htmlFor={`part-${part}`}>
              {t(`notes.part.${part}`)} {asked.includes(part) ? <span className={styles.asked}>{t('notes.asked')}</span> : null}
            </label>
            {part === DIAGNOSIS ? (
              <DiagnosisField field={diagnosis} picked={draft.diagnoses} onPick={(diagnoses) => setDraft({ ...draft, diagnoses })} describedBy={`problem-${part}`} invalid={lacks} />
            ) : (
              <textarea
                id={`part-${part}`}
                ref={(element) => {
                  if (element) fields.current.set(part, element);
                  else fields.current.delete(part);
                }}
                className={styles.field}
                rows={2}
                value={draft.texts[part] ?? ''}
                aria-invalid={lacks}
                aria-describedby={`problem-${part}`}
                onChange={(event) => setDraft({ ...draft, texts: { ...draft.texts, [part]: event.target.value } })}
              />
            )}
            <p id={`problem-${part}`} role="alert" className={styles.problem}>
              {lacks ? t('notes.lacking', { part: t(`notes.part.${part}`) }) : ''}
            </p>
          </div>
        );
      })}
      {save.error ? <LoadFailed error={save.error} /> : null}
      {finish.error ? <LoadFailed error={finish.error} /> : null}
      <footer className={styles.foot}>
        <Button type="primary" htmlType="submit" loading={finish.isPending || sign.isPending}>
          {t('notes.sign')}
        </Button>
        <kbd className={keys['key']}>Ctrl+Enter</kbd>
        <Button onClick={() => void keep()} disabled={!changed || isEmpty(draft)} loading={save.isPending}>
          {t('notes.keep')}
        </Button>
        <span role="status" className="muted small">
          {changed && !isEmpty(draft) ? t('notes.notKept') : keptAt ? t('notes.keptAt', { time: formatTime(keptAt) }) : ''}
        </span>
      </footer>
    </form>
  );
}
