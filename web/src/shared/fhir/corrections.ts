import type { Task } from 'fhir/r4';

/**
 * A resident's request that an institution corrects a record: a Task that the resident writes and the institution answers
 * (docs/guide/access.md).
 */
export const CORRECTION = { system: 'https://helan.health/fhir/CodeSystem/task', code: 'record-correction' } as const;

export type CorrectionState = 'requested' | 'received' | 'in-progress' | 'completed' | 'rejected' | 'cancelled';

export type Correction = {
  id: string;
  patient: string | undefined;
  /** What is wrong, as a reference, and how the resident saw it called. */
  focus: string | undefined;
  what: string | undefined;
  institution: string | undefined;
  words: string | undefined;
  asked: string | undefined;
  state: CorrectionState;
  answer: string | undefined;
  answered: string | undefined;
};

const STATES: readonly CorrectionState[] = ['requested', 'received', 'in-progress', 'completed', 'rejected', 'cancelled'];

export function correctionOf(task: Task): Correction {
  const state = STATES.find((known) => known === task.status) ?? 'requested';
  return {
    id: task.id ?? '',
    patient: task.for?.reference,
    focus: task.focus?.reference,
    what: task.focus?.display,
    institution: task.owner?.reference,
    words: task.description,
    asked: task.authoredOn,
    state,
    answer: task.statusReason?.text,
    answered: state === 'completed' || state === 'rejected' ? (task.lastModified ?? task.meta?.lastUpdated) : undefined,
  };
}

/** Whether somebody has still to answer. */
export const isOpen = ({ state }: Pick<Correction, 'state'>): boolean => state === 'requested' || state === 'received' || state === 'in-progress';
