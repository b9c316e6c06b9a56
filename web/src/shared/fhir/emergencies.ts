import type { Task } from 'fhir/r4';

/**
 * An emergency access, as its Task tells it (docs/guide/access.md): opened by a practitioner with a reason, justified
 * afterwards, reviewed by a regulator.
 */
export type Emergency = {
  id: string;
  patient: string | undefined;
  practitioner: string | undefined;
  institution: string | undefined;
  reason: string | undefined;
  start: string | undefined;
  end: string | undefined;
  state: 'opened' | 'justified' | 'reviewed';
  statement: string | undefined;
  decision: 'justified' | 'misuse' | undefined;
  note: string | undefined;
};

export function emergencyOf(task: Task): Emergency {
  const state = task.businessStatus?.coding?.[0]?.code;
  const notes = (task.note ?? []).map(({ text }) => text);
  const decision = task.output?.[0]?.valueCode;
  const reviewed = state === 'reviewed';
  return {
    id: task.id ?? '',
    patient: task.for?.reference,
    practitioner: task.requester?.reference,
    institution: task.restriction?.recipient?.[0]?.reference,
    reason: task.reasonCode?.text,
    start: task.restriction?.period?.start ?? task.authoredOn,
    end: task.restriction?.period?.end,
    state: state === 'justified' || state === 'reviewed' ? state : 'opened',
    // The reviewer's note is the last; before it stands the practitioner's, if there was one.
    statement: reviewed ? (notes.length > 1 ? notes[0] : undefined) : notes[0],
    decision: decision === 'justified' || decision === 'misuse' ? decision : undefined,
    note: reviewed ? notes.at(-1) : undefined,
  };
}

/** Whether a practitioner's look at `at` fell into this access. */
export function isWithin({ practitioner, start, end }: Emergency, who: string | undefined, at: string): boolean {
  const moment = Date.parse(at);
  return practitioner !== undefined && practitioner === who && moment >= Date.parse(start ?? '') && moment <= Date.parse(end ?? '');
}
