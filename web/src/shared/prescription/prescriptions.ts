import type { DetectedIssue, MedicationRequest, Parameters } from 'fhir/r4';
import { repetitionsOf, type Parts } from '../fhir/bundles';
import type prescription from '../i18n/zh/prescription.json';

export type State = keyof (typeof prescription)['state'];
export type Severity = keyof (typeof prescription)['severity'];
export type CommentCode = keyof (typeof prescription)['code'];
export type CommentState = (typeof prescription)['comment']['state'] extends infer T ? keyof T : never;

/** A prescription under review, as one side sees it. `task` is the id of its Task. */
export type Prescription = {
  task: string;
  number: string;
  state: State;
  authored: string;
  changed: string | undefined;
  deadline: string | undefined;
  late: boolean;
  /** Whether nobody can decide it any more, because its time went by. */
  over: boolean;
  patient: string | undefined;
  /** The id of the visit that it was written in. */
  encounter: string | undefined;
  doctor: string | undefined;
  owner: string | undefined;
  drugs: string[];
  count: number;
  reason: string | undefined;
  code: CommentCode | undefined;
  /** The law forbids something in it: no reason overrides that. */
  forbidden: boolean;
  /** Steps that may be taken now. */
  open: string[];
};

export type Finding = { key: string; severity: Severity; title: string; sentence: string; source: string; code: string | undefined; items: string[]; trial: boolean; mended: string | undefined };

export type Base = { title: string; version: string; source: string; verified: boolean };

const last = (reference: string | undefined): string | undefined => reference?.split('/').pop();

export function prescriptionOf(parts: Parts): Prescription {
  const drugs = parts.texts('drug');
  return {
    task: last(parts.text('task')) ?? '',
    number: parts.text('number') ?? '',
    state: (parts.text('state') ?? 'waiting') as State,
    authored: parts.text('authored') ?? '',
    changed: parts.text('changed'),
    deadline: parts.text('deadline'),
    late: parts.flag('late') ?? false,
    over: parts.flag('over') ?? false,
    patient: last(parts.text('patient')),
    encounter: last(parts.text('encounter')),
    doctor: parts.text('doctor'),
    owner: parts.text('owner'),
    drugs,
    count: parts.number('drugs') ?? drugs.length,
    reason: parts.text('reason'),
    code: parts.text('code') as CommentCode | undefined,
    forbidden: parts.flag('forbidden') ?? false,
    open: parts.texts('open'),
  };
}

export const prescriptionsIn = (answer: Parameters): Prescription[] => repetitionsOf(answer, 'prescription').map(prescriptionOf);

/** A list of prescriptions; `more` where the server has more than it lists. */
export type PrescriptionList = { all: Prescription[]; more: boolean };

export const prescriptionListIn = (answer: Parameters): PrescriptionList => ({ all: prescriptionsIn(answer), more: repetitionsOf(answer, 'list')[0]?.flag('more') ?? false });

export type Whole = { prescription: Prescription; requests: MedicationRequest[]; findings: Finding[] };

/** What `Task/[id]/$prescription` answers. */
export function wholeOf(answer: Parameters): Whole {
  const resources = (name: string) => (answer.parameter ?? []).flatMap((one) => (one.name === name && one.resource ? [one.resource] : []));
  const [prescription] = prescriptionsIn(answer);
  if (!prescription) throw new Error('no prescription in the answer');
  return {
    prescription,
    requests: resources('request').filter((one): one is MedicationRequest => one.resourceType === 'MedicationRequest'),
    findings: resources('finding')
      .filter((one): one is DetectedIssue => one.resourceType === 'DetectedIssue')
      .map(kept)
      .sort(bySeverity),
  };
}

const KEPT: Record<string, Severity> = { high: 'block', moderate: 'warn', low: 'info' };
const ORDER: Severity[] = ['forbid', 'block', 'warn', 'info'];

const bySeverity = (a: Finding, b: Finding): number => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity);

const REVIEW = 'https://helan.health/fhir/CodeSystem/prescription-review';

/** A finding as it was kept with the prescription. */
function kept(issue: DetectedIssue): Finding {
  const [sentence = '', ...source] = (issue.detail ?? '').split('\n');
  return {
    key: issue.id ?? sentence,
    severity: issue.meta?.tag?.some(({ system, code }) => system === REVIEW && code === 'forbidden') ? 'forbid' : (KEPT[issue.severity ?? ''] ?? 'info'),
    title: issue.code?.text ?? '',
    sentence,
    source: source.join(' '),
    code: issue.code?.coding?.[0]?.code,
    items: (issue.implicated ?? []).flatMap(({ reference }) => reference ?? []),
    trial: false,
    mended: issue.mitigation?.[0]?.action.text,
  };
}

/** What `$screen` answers. */
export function screenedOf(answer: Parameters): { findings: Finding[]; base: Base | undefined } {
  const [base] = repetitionsOf(answer, 'base');
  return {
    findings: repetitionsOf(answer, 'finding')
      .map(
        (parts): Finding => ({
          key: parts.text('key') ?? '',
          severity: (parts.text('severity') ?? 'info') as Severity,
          title: parts.text('title') ?? '',
          sentence: parts.text('sentence') ?? '',
          source: parts.text('source') ?? '',
          code: parts.text('code'),
          items: parts.texts('item'),
          trial: parts.flag('trial') ?? false,
          mended: undefined,
        }),
      )
      .sort(bySeverity),
    base: base ? { title: base.text('title') ?? '', version: base.text('version') ?? '', source: base.text('source') ?? '', verified: base.flag('verified') ?? false } : undefined,
  };
}

/** A comment on a prescription afterwards. `review` is the id of the review's Task. */
export type Comment = { task: string; review: string; number: string; authored: string | undefined; state: CommentState; codes: CommentCode[]; notes: string[]; open: string[] };

export const commentsIn = (answer: Parameters): Comment[] =>
  repetitionsOf(answer, 'comment').map((parts) => ({
    task: last(parts.text('task')) ?? '',
    review: last(parts.text('review')) ?? '',
    number: parts.text('number') ?? '',
    authored: parts.text('authored'),
    state: (parts.text('state') ?? 'sampled') as CommentState,
    codes: parts.texts('code') as CommentCode[],
    notes: parts.texts('note'),
    open: parts.texts('open'),
  }));
