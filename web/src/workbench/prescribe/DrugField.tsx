import { useId, useState, type KeyboardEvent, type RefCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { useErrorSentence } from '../../shared/faces/useErrorSentence';
import notes from '../notes/Notes.module.css';
import { strengthText, type Kind, type Product } from './prescription';
import { useDrugs, useSettled } from './usePrescribe';

type Props = { field?: RefCallback<HTMLInputElement>; id: string; kind: Kind; typed: string; taken: boolean; describedBy: string; invalid: boolean; onType: (typed: string) => void; onTake: (product: Product) => void };

/** A drug by typing: arrows choose, Enter takes. What is typed and not taken is no drug. */
export function DrugField({ field, id, kind, typed, taken, describedBy, invalid, onType, onTake }: Props) {
  const { t } = useTranslation('prescription');
  const sentenceOf = useErrorSentence();
  const list = useId();
  const [at, setAt] = useState(0);
  const asked = taken ? '' : typed.trim();
  const settled = useSettled(asked, 150);
  const { data, error, isFetching } = useDrugs(settled);
  const all = asked === '' ? [] : (data ?? []);
  const found = all.filter((product) => product.kind === kind);
  const other = found.length === 0 ? all[0] : undefined;
  const current = Math.min(at, found.length - 1);

  const press = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.nativeEvent.isComposing) return;
    if ((event.key === 'ArrowDown' || event.key === 'ArrowUp') && found.length > 0) {
      event.preventDefault();
      setAt((current + (event.key === 'ArrowDown' ? 1 : found.length - 1)) % found.length);
    } else if (event.key === 'Enter' && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      const product = found[current];
      if (product) onTake(product);
    }
  };

  return (
    <div>
      <div className={notes.combo}>
        <input
          ref={field}
          id={id}
          className={notes.field}
          role="combobox"
          aria-expanded={found.length > 0}
          aria-controls={list}
          aria-autocomplete="list"
          aria-activedescendant={found.length > 0 ? `${list}-${current}` : undefined}
          aria-describedby={describedBy}
          aria-invalid={invalid}
          autoComplete="off"
          placeholder={t('write.drugHint')}
          value={typed}
          onChange={(event) => {
            onType(event.target.value);
            setAt(0);
          }}
          onKeyDown={press}
        />
        <ul id={list} role="listbox" aria-label={t('write.found')} className={notes.found} hidden={found.length === 0}>
          {found.map((product, index) => (
            <li
              key={`${product.code.code ?? ''}|${product.code.display ?? ''}`}
              id={`${list}-${index}`}
              role="option"
              aria-selected={index === current}
              // Before the field loses the focus.
              onPointerDown={(event) => {
                event.preventDefault();
                onTake(product);
              }}
            >
              {product.code.display} <span className="muted">{product.strengths.map(strengthText).join(' / ')}</span>
            </li>
          ))}
        </ul>
      </div>
      <p role="status" className="muted small">
        {error && asked !== '' ? sentenceOf(error).sentence : other ? t('write.otherKind', { kind: t(`kind.${other.kind}`) }) : asked !== '' && settled === asked && !isFetching && all.length === 0 ? t('write.drugNone') : ''}
      </p>
    </div>
  );
}
