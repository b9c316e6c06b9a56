import { Input, Select } from 'antd';
import { useDeferredValue, useId, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { FhirError } from '../../shared/fhir/client';
import styles from './Registry.module.css';
import { useFound, type HolderType } from './useRegistry';

/** What the API asks of a reason. */
export const LEAST = 4;

/** What is wrong with a form's fields: what the page sees itself, and what the server said of one. */
export function useProblems(error: unknown, names: readonly string[]) {
  const { t } = useTranslation('console');
  const [seen, setSeen] = useState<Record<string, string>>({});
  const field = error instanceof FhirError ? error.field : undefined;
  const isShown = field !== undefined && names.includes(field);
  return {
    of: (name: string): string => seen[name] ?? (isShown && field === name ? (error as FhirError).message : ''),
    /** What belongs to no field of this form. */
    rest: isShown ? undefined : error,
    /** Marks what is missing. @returns whether anything is */
    check: (values: Record<string, string | undefined>): boolean => {
      const missing: Record<string, string> = {};
      for (const [name, value] of Object.entries(values)) {
        if (name === 'reason' ? (value ?? '').trim().length < LEAST : (value ?? '').trim() === '') missing[name] = name === 'reason' ? t('registry.short', { least: LEAST }) : t('registry.missing');
      }
      setSeen(missing);
      return Object.keys(missing).length > 0;
    },
  };
}

export type Wiring = { id: string; 'aria-invalid': boolean; 'aria-describedby': string; status?: 'error' };

/** A label, a control, and what is wrong with what stands in it. */
export function Field({ label, hint, problem, children }: { label: string; hint?: string; problem: string; children: (wiring: Wiring) => ReactNode }) {
  const id = useId();
  return (
    <div className={styles.field}>
      <label htmlFor={id}>{label}</label>
      {children({ id, 'aria-invalid': problem !== '', 'aria-describedby': `${id}-problem`, ...(problem === '' ? {} : { status: 'error' as const }) })}
      <p id={`${id}-problem`} className={problem === '' ? 'muted small' : styles.problem} role={problem === '' ? undefined : 'alert'}>
        {problem || hint}
      </p>
    </div>
  );
}

export function Text({ value, onChange, date = false, wiring }: { value: string; onChange: (value: string) => void; date?: boolean; wiring: Wiring }) {
  return <Input {...wiring} value={value} type={date ? 'date' : 'text'} maxLength={200} onChange={(event) => onChange(event.target.value)} />;
}

export function Reason({ value, onChange, wiring }: { value: string; onChange: (value: string) => void; wiring: Wiring }) {
  return <Input.TextArea {...wiring} rows={2} maxLength={500} value={value} onChange={(event) => onChange(event.target.value)} />;
}

/** Somebody or something in the registry, found by the beginning of the name. */
export function Pick({ type, institutions = false, value, onChange, wiring }: { type: HolderType; institutions?: boolean; value: string | undefined; onChange: (value: string | undefined) => void; wiring: Wiring }) {
  const { t } = useTranslation('console');
  const [typed, setTyped] = useState('');
  const found = useFound(type, useDeferredValue(typed), institutions);
  return (
    <Select
      {...wiring}
      allowClear
      placeholder={t('registry.byName')}
      value={value ?? null}
      options={found.data ?? []}
      loading={found.isFetching}
      notFoundContent={typed.trim() === '' ? t('registry.byName') : found.isFetching ? t('registry.looking') : t('registry.nobody')}
      showSearch={{ filterOption: false, onSearch: setTyped }}
      onChange={(next: string | null) => onChange(next ?? undefined)}
    />
  );
}
