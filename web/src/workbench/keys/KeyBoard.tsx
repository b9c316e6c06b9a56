import { createContext, use, useCallback, useEffect, useId, useMemo, useRef, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import styles from './Keys.module.css';

/**
 * A key and what it does. `key` as the event names it (`j`, `/`, `?`); with `Ctrl+` in front it works while one types, too
 * (⌘ counts as Ctrl). Without it, keys rest while one types.
 */
export type Shortcut = { key: string; label: string; run: () => void };

type Registry = { add: (id: string, shortcuts: readonly Shortcut[]) => void; remove: (id: string) => void };

const Registered = createContext<Registry>({ add: () => undefined, remove: () => undefined });

/** Whether keys are letters here: in fields, lists of choices and editors. */
export function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || target.closest('input:not([type=checkbox]):not([type=radio]), textarea, select, [role=combobox], [role=listbox]') !== null);
}

const nameOf = (event: KeyboardEvent): string => (event.ctrlKey || event.metaKey ? `Ctrl+${event.key.length === 1 ? event.key.toLowerCase() : event.key}` : event.key.length === 1 ? event.key.toLowerCase() : event.key);

/** Hears the keys of all pages. Of two that want the same key, the one that came last has it. `?` shows what there is. */
export function KeyBoard({ children }: { children: ReactNode }) {
  const { t } = useTranslation('workbench');
  const known = useRef(new Map<string, readonly Shortcut[]>());
  const [shown, setShown] = useState<Shortcut[]>();
  const all = useCallback(() => {
    const byKey = new Map<string, Shortcut>();
    for (const shortcuts of known.current.values()) for (const shortcut of shortcuts) byKey.set(shortcut.key, shortcut);
    return byKey;
  }, []);
  const registry = useMemo<Registry>(
    () => ({
      add: (id, shortcuts) => void known.current.set(id, shortcuts),
      remove: (id) => void known.current.delete(id),
    }),
    [],
  );
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.altKey || event.isComposing) return;
      const name = nameOf(event);
      const typing = isTyping(event.target);
      if (name === 'Escape') return setShown(undefined);
      if (typing && !name.startsWith('Ctrl+')) return;
      if (name === '?') {
        event.preventDefault();
        return setShown((now) => (now ? undefined : [...all().values()]));
      }
      // What is in focus takes Enter for itself.
      if (name === 'Enter' && event.target instanceof HTMLElement && event.target.closest('a, button, summary, label, [role=tab]')) return;
      const shortcut = all().get(name);
      if (!shortcut) return;
      event.preventDefault();
      shortcut.run();
    };
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  }, [all]);
  return (
    <Registered value={registry}>
      {children}
      {shown ? (
        <aside className={styles.help} aria-label={t('keys.title')}>
          <h2>{t('keys.title')}</h2>
          <dl>
            {[...shown, { key: '?', label: t('keys.help') }, { key: 'Esc', label: t('keys.close') }].map(({ key, label }) => (
              <div key={key}>
                <dt>
                  <kbd>{key === ' ' ? 'Space' : key.length === 1 ? key.toUpperCase() : key}</kbd>
                </dt>
                <dd>{label}</dd>
              </div>
            ))}
          </dl>
          <p className="muted small">{t('keys.rest')}</p>
        </aside>
      ) : null}
    </Registered>
  );
}

/** Shortcuts of a page or part, for as long as it stands. */
export function useShortcuts(shortcuts: readonly Shortcut[]): void {
  const registry = use(Registered);
  const id = useId();
  useEffect(() => registry.add(id, shortcuts));
  useEffect(() => () => registry.remove(id), [registry, id]);
}
