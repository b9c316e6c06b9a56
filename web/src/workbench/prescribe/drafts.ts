import { emptySheet, type Kind, type Sheet } from './prescription';

/** What a doctor has typed and not submitted, by person; and what was submitted in this tab, to go on with once it is withdrawn. */
export type Draft = { kind: Kind; sheets: Record<Kind, Sheet>; again: boolean };

/** In memory alone: closing the tab forgets it, and no device keeps what was typed of a person. */
const drafts = new Map<string, Draft>();
const submitted = new Map<string, { patient: string; kind: Kind; sheet: Sheet }>();

export const emptyDraft = (): Draft => ({ kind: 'western', sheets: { western: emptySheet(), patent: emptySheet(), herbal: emptySheet() }, again: false });

export const draftFor = (patient: string): Draft => drafts.get(patient) ?? emptyDraft();

export const keep = (patient: string, draft: Draft): void => void drafts.set(patient, draft);

/** The sheet is another's matter now: the form is empty again. */
export function handIn(patient: string, task: string, draft: Draft): void {
  submitted.set(task, { patient, kind: draft.kind, sheet: draft.sheets[draft.kind] });
  drafts.set(patient, { ...draft, sheets: { ...draft.sheets, [draft.kind]: emptySheet() }, again: false });
}

/** Back on the form, as the doctor had typed it, with a number of its own; false where it was typed elsewhere or long ago. */
export function takeBack(task: string): boolean {
  const one = submitted.get(task);
  if (!one) return false;
  const draft = draftFor(one.patient);
  drafts.set(one.patient, { ...draft, kind: one.kind, sheets: { ...draft.sheets, [one.kind]: { ...one.sheet, number: emptySheet().number, sent: 0, stored: [] } }, again: true });
  submitted.delete(task);
  return true;
}

/** On signing out, and between tests. */
export function forget(): void {
  drafts.clear();
  submitted.clear();
}
