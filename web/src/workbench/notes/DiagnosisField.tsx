import { useEffect, useId, useRef, useState, type KeyboardEvent, type RefObject } from 'react';
import { useTranslation } from 'react-i18next';
import { useErrorSentence } from '../../shared/faces/useErrorSentence';
import type { Diagnosis } from './note';
import styles from './Notes.module.css';
import { useDiagnoses } from './useNotes';

/** What is typed reaches the server when the hand rests. */
function useSettled(text: string, milliseconds: number): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), milliseconds);
    return () => clearTimeout(timer);
  }, [text, milliseconds]);
  return settled;
}

type Props = { field: RefObject<HTMLInputElement | null>; picked: readonly Diagnosis[]; onPick: (picked: Diagnosis[]) => void; describedBy: string; invalid: boolean };

/**
 * Diagnoses by typing: arrows choose, Enter takes, Backspace in the empty field takes the last one back. A combobox as WAI-ARIA
 * has it, so that focus never leaves the field.
 */
export function DiagnosisField({ field, picked, onPick, describedBy, invalid }: Props) {
  const { t } = useTranslation('workbench');
  const sentenceOf = useErrorSentence();
  const id = useId();
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const settled = useSettled(text, 150);
  const { data, error, isFetching } = useDiagnoses(settled);
  const list = useRef<HTMLUListElement>(null);
  const found = text.trim() === '' ? [] : (data ?? []);
  const current = Math.min(at, found.length - 1);

  const take = (index: number) => {
    const one = found[index];
    if (!one) return;
    if (!picked.some(({ code, system }) => code === one.code && system === one.system)) onPick([...picked, { ...one, suspected: false }]);
    setText('');
    setAt(0);
  };

  const press = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      if (found.length > 0) setAt((current + (event.key === 'ArrowDown' ? 1 : found.length - 1)) % found.length);
    } else if (event.key === 'Enter' && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      take(current);
    } else if (event.key === 'Escape') {
      setText('');
    } else if (event.key === 'Backspace' && text === '') {
      onPick(picked.slice(0, -1));
    }
  };

  return (
    <div className={styles.diagnoses}>
      {picked.length > 0 ? (
        <ol className={styles.picked} aria-label={t('notes.part.diagnosis')}>
          {picked.map((one, index) => (
            <li key={`${one.system}|${one.code}`}>
              <span>
                {one.display} <span className="muted">{one.code}</span>
              </span>
              <label>
                <input type="checkbox" checked={one.suspected} onChange={(event) => onPick(picked.map((other, place) => (place === index ? { ...other, suspected: event.target.checked } : other)))} /> {t('notes.suspected')}
              </label>
              <button type="button" className={styles.plain} aria-label={t('notes.removeDiagnosis', { name: one.display })} onClick={() => onPick(picked.filter((_, place) => place !== index))}>
                {t('notes.remove')}
              </button>
            </li>
          ))}
        </ol>
      ) : null}
      <div className={styles.combo}>
        <input
          ref={field}
          id="part-diagnosis"
          className={styles.field}
          role="combobox"
          aria-expanded={found.length > 0}
          aria-controls={`${id}-list`}
          aria-autocomplete="list"
          aria-activedescendant={found.length > 0 ? `${id}-${current}` : undefined}
          aria-describedby={describedBy}
          aria-invalid={invalid}
          autoComplete="off"
          placeholder={t('notes.diagnosisHint')}
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            setAt(0);
          }}
          onKeyDown={press}
        />
        <ul ref={list} id={`${id}-list`} role="listbox" aria-label={t('notes.found')} className={styles.found} hidden={found.length === 0}>
          {found.map(({ code, display, system }, index) => (
            <li
              key={`${system}|${code}`}
              id={`${id}-${index}`}
              role="option"
              aria-selected={index === current}
              // Before the field loses the focus.
              onPointerDown={(event) => {
                event.preventDefault();
                take(index);
              }}
            >
              <span className={styles.code}>{code}</span> {display}
            </li>
          ))}
        </ul>
      </div>
      <p role="status" className="muted small">
        {error ? sentenceOf(error).sentence : text.trim() !== '' && settled === text && !isFetching && found.length === 0 ? t('notes.noneFound') : ''}
      </p>
    </div>
  );
}
