import '../../shared/prescription/texts';
import { Alert, Button, Segmented } from 'antd';
import type { Encounter } from 'fhir/r4';
import i18next from 'i18next';
import { useEffect, useId, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate, useParams, useSearchParams } from 'react-router';
import { LoadFailed, LoadingLines } from '../../shared/faces/Faces';
import { PageTitle } from '../../shared/PageTitle';
import { Findings } from '../../shared/prescription/Findings';
import { useShortcuts } from '../keys/KeyBoard';
import keys from '../keys/Keys.module.css';
import { DiagnosisField } from '../notes/DiagnosisField';
import notes from '../notes/Notes.module.css';
import { useAuthor, useEncounter } from '../notes/useNotes';
import { draftFor, handIn, keep, type Draft } from './drafts';
import { DrugField } from './DrugField';
import styles from './Prescribe.module.css';
import { emptyLine, faultsOf, judged, KINDS, requestOf, ROUTES, strengthText, sumOf, TIMES, withProduct, type Kind, type Line, type LineField, type RouteName, type Setting, type Sheet, type TimesName } from './prescription';
import { useScreen, useSubmit } from './usePrescribe';

/** 开处方: an empty form, filled by the doctor's hand alone; what the rules find shows while it is written. */
export function PrescribePage() {
  const { t } = useTranslation('prescription');
  const { id = '' } = useParams();
  const [address] = useSearchParams();
  const doctor = useAuthor();
  const encounter = useEncounter(id, address.get('encounter'));
  return (
    <>
      <PageTitle page={t('write.title')} />
      {encounter.error && encounter.data === undefined ? <LoadFailed error={encounter.error} onRetry={() => void encounter.refetch()} /> : null}
      {(!doctor || encounter.data === undefined) && !encounter.error ? <LoadingLines rows={14} /> : null}
      {doctor && encounter.data !== undefined ? <Form patient={id} doctor={doctor.author} encounter={encounter.data ?? undefined} /> : null}
    </>
  );
}

type Fault = { line: number; field: LineField | 'assessment' | 'confirmed' | 'none' };

/** The first thing to mend, in the order of the page. */
function firstFault(sheet: Sheet): Fault | undefined {
  if (sheet.lines.length === 0) return { line: 0, field: 'none' };
  for (const [line, one] of sheet.lines.entries()) {
    const [field] = faultsOf(one).keys();
    if (field) return { line, field };
  }
  if (sheet.isLong && sheet.assessment.trim() === '') return { line: 0, field: 'assessment' };
  if (sheet.isLong && !sheet.confirmed) return { line: 0, field: 'confirmed' };
  return undefined;
}

function Form({ patient, doctor, encounter }: { patient: string; doctor: { reference?: string; display?: string }; encounter: Encounter | undefined }) {
  const { t } = useTranslation(['prescription', 'workbench']);
  const go = useNavigate();
  const form = useId();
  const [draft, setDraft] = useState<Draft>(() => draftFor(patient));
  const [pressed, setPressed] = useState(false);
  const diagnosis = useRef<HTMLInputElement>(null);
  const fields = useRef(new Map<string, HTMLElement>());
  const sheet = draft.sheets[draft.kind];

  const change = (next: Draft) => {
    keep(patient, next);
    setDraft(next);
  };
  const write = (next: Partial<Sheet>) => change({ ...draft, sheets: { ...draft.sheets, [draft.kind]: { ...sheet, ...next } } });
  const writeLine = (index: number, line: Line) => write({ lines: sheet.lines.map((one, at) => (at === index ? line : one)) });
  // Of what is typed by then: the answer comes when it comes.
  const note = (of: Partial<Sheet>) => {
    const now = draftFor(patient);
    change({ ...now, sheets: { ...now.sheets, [draft.kind]: { ...now.sheets[draft.kind], ...of } } });
  };
  const submit = useSubmit((stored) => note({ stored }));

  // Written in Chinese, whatever language the page speaks: pharmacists and residents read it.
  const said = i18next.getFixedT('zh', 'prescription');
  const record = i18next.getFixedT('zh', 'record');
  const setting: Setting = {
    patient,
    encounter: encounter?.id === undefined ? undefined : `Encounter/${encounter.id}`,
    doctor,
    words: { route: (route) => said(`route.${route}`), times: (times) => said(`times.${times}`), each: (dose) => said('drugs.each', { dose }), confirmed: said('write.confirmedSaid'), comma: record('record.comma') },
  };
  const requestsOf = (lines: readonly Line[]) => lines.map((line) => requestOf(line, sheet, setting, new Date().toISOString()));
  const ready = judged(sheet);
  const screen = useScreen(requestsOf(ready));
  const forbids = screen.data?.findings.some(({ severity }) => severity === 'forbid') ?? false;
  const blocked = screen.data?.findings.filter(({ severity, trial }) => severity === 'block' && !trial).length ?? 0;
  const fault = firstFault(sheet);

  const id = (line: Line, field: string) => `${form}-${line.key}-${field}`;
  const focus = (one: Fault) => {
    const line = sheet.lines[one.line];
    (one.field === 'assessment' || one.field === 'confirmed' ? document.getElementById(`${form}-${one.field}`) : line ? fields.current.get(id(line, one.field)) : undefined)?.focus();
  };
  const ref = (line: Line, field: string) => (element: HTMLElement | null) => {
    if (element) fields.current.set(id(line, field), element);
    else fields.current.delete(id(line, field));
  };

  const done = () => {
    if (submit.isPending) return;
    setPressed(true);
    if (fault) return focus(fault);
    const sent = Math.max(sheet.sent, sheet.lines.length);
    note({ sent });
    submit.mutate(
      { requests: requestsOf(sheet.lines), sent, stored: sheet.stored },
      {
        onSuccess: ({ task, earlier }) => {
          handIn(patient, task.id ?? '', draft);
          void go(`/prescriptions/${task.id ?? ''}`, { state: { earlier } });
        },
      },
    );
  };
  const add = () => {
    const line = emptyLine();
    write({ lines: [...sheet.lines, line] });
    setTimeout(() => fields.current.get(id(line, 'drug'))?.focus());
  };

  useShortcuts([
    { key: 'Ctrl+Enter', label: t('write.submit'), run: done },
    { key: 'Ctrl+d', label: t('write.add'), run: add },
  ]);
  const [first] = sheet.lines;
  useEffect(() => {
    if (first) fields.current.get(id(first, 'drug'))?.focus();
    // Once, and for each kind.
  }, [draft.kind]);

  const nameOf = (item: string) => {
    const at = item.startsWith('#') ? ready[Number(item.slice(1))] : undefined;
    return at?.product?.code.display;
  };

  return (
    <form
      className={styles.form}
      noValidate
      aria-label={t('write.title')}
      onSubmit={(event) => {
        event.preventDefault();
        done();
      }}
    >
      <header className={styles.head}>
        <h1>{t('write.title')}</h1>
        <Segmented value={draft.kind} aria-label={t('write.kinds')} onChange={(kind) => change({ ...draft, kind: kind as Kind })} options={KINDS.map((value) => ({ value, label: t(`kind.${value}`) }))} />
      </header>
      <p className="muted small">{t('write.kindHint')}</p>
      {draft.again ? <Alert type="info" showIcon title={t('write.again')} /> : null}
      {encounter ? null : <Alert type="warning" showIcon title={t('write.noVisit')} />}
      <div className={styles.part}>
        <label className={styles.label} htmlFor="part-diagnosis">
          {t('write.diagnosis')}
        </label>
        <DiagnosisField field={diagnosis} picked={sheet.diagnoses} onPick={(diagnoses) => write({ diagnoses })} describedBy={`${form}-none`} invalid={false} />
      </div>
      {sheet.lines.map((line, index) => (
        <LineFields
          key={line.key}
          line={line}
          number={index + 1}
          kind={draft.kind}
          told={pressed}
          id={(field) => id(line, field)}
          fieldRef={(field) => ref(line, field)}
          onChange={(next) => writeLine(index, next)}
          onTaken={() => setTimeout(() => fields.current.get(id(line, 'dose'))?.focus())}
          onRemove={sheet.lines.length > 1 ? () => write({ lines: sheet.lines.filter((one) => one !== line) }) : undefined}
        />
      ))}
      <p id={`${form}-none`} role="alert" className={styles.problem}>
        {pressed && fault?.field === 'none' ? t('write.noDrugs') : ''}
      </p>
      <div>
        <Button onClick={add}>{t('write.add')}</Button> <kbd className={keys['key']}>Ctrl+D</kbd>
      </div>
      <div className={styles.part}>
        <label className={styles.label} htmlFor={`${form}-longer`}>
          {t('write.longer')}
        </label>
        <input id={`${form}-longer`} className={notes.field} value={sheet.longer} maxLength={500} placeholder={t('write.longerHint')} onChange={(event) => write({ longer: event.target.value })} />
      </div>
      <div className={styles.checks}>
        <label>
          <input type="checkbox" checked={sheet.isLong} onChange={(event) => write({ isLong: event.target.checked, confirmed: false })} /> {t('write.long')}
        </label>
      </div>
      {sheet.isLong ? (
        <div className={styles.part}>
          <label className={styles.label} htmlFor={`${form}-assessment`}>
            {t('write.assessment')}
          </label>
          <textarea id={`${form}-assessment`} className={notes.field} rows={2} maxLength={1_000} value={sheet.assessment} placeholder={t('write.assessmentHint')} aria-describedby={`${form}-long`} onChange={(event) => write({ assessment: event.target.value })} />
          <div className={styles.checks}>
            <label>
              <input id={`${form}-confirmed`} type="checkbox" checked={sheet.confirmed} aria-describedby={`${form}-long`} onChange={(event) => write({ confirmed: event.target.checked })} /> {t('write.confirmed')}
            </label>
          </div>
          <p id={`${form}-long`} role="alert" className={styles.problem}>
            {pressed && fault?.field === 'assessment' ? t('write.assessmentMissing') : pressed && fault?.field === 'confirmed' ? t('write.confirmMissing') : ''}
          </p>
        </div>
      ) : null}
      <section className={`card ${styles.part}`} aria-labelledby={`${form}-findings`}>
        <h2 id={`${form}-findings`}>{t('findings.title')}</h2>
        <div aria-live="polite" className={styles.part}>
          {screen.error ? <LoadFailed error={screen.error} onRetry={() => void screen.refetch()} compact /> : null}
          {ready.length === 0 ? <p className="muted">{t('findings.waiting')}</p> : null}
          {ready.length > 0 && screen.data ? <Findings findings={screen.data.findings} base={screen.data.base} nameOf={nameOf} /> : null}
          {ready.length > 0 && !screen.data && !screen.error ? <p className="muted">{t('findings.checking')}</p> : null}
        </div>
      </section>
      {forbids && ready.length > 0 ? <Alert type="error" showIcon title={t('findings.forbids')} /> : null}
      {blocked > 0 && ready.length > 0 ? <Alert type="warning" showIcon title={t('findings.blocked', { count: blocked })} /> : null}
      {submit.error ? <LoadFailed error={submit.error} /> : null}
      <footer className={styles.foot}>
        <Button type="primary" htmlType="submit" loading={submit.isPending}>
          {t('write.submit')}
        </Button>
        <kbd className={keys['key']}>Ctrl+Enter</kbd>
        <span className="muted small">{t('write.kept')}</span>
      </footer>
    </form>
  );
}

type LineProps = {
  line: Line;
  number: number;
  kind: Kind;
  /** What is missing is told. */
  told: boolean;
  id: (field: LineField) => string;
  fieldRef: (field: LineField) => (element: HTMLElement | null) => void;
  onChange: (line: Line) => void;
  onTaken: () => void;
  onRemove: (() => void) | undefined;
};

function LineFields({ line, number, kind, told, id, fieldRef, onChange, onTaken, onRemove }: LineProps) {
  const { t } = useTranslation('prescription');
  const faults = told ? faultsOf(line) : undefined;
  const problem = (field: LineField) => {
    const fault = faults?.get(field);
    const what = t(`write.${field}`);
    return fault === undefined ? '' : field === 'drug' ? t('write.drugMissing') : fault === 'number' ? t('write.numberWrong', { what }) : t('write.missing', { what });
  };
  const told_ = (field: LineField) => (
    <p id={`${id(field)}-problem`} role="alert" className={styles.problem}>
      {problem(field)}
    </p>
  );
  const common = (field: LineField) => ({ id: id(field), ref: fieldRef(field), className: notes.field, 'aria-describedby': `${id(field)}-problem`, 'aria-invalid': faults?.has(field) ?? false });
  const units = [...new Set([line.product?.unit, 'mg', 'g', 'ml'].filter((unit): unit is string => Boolean(unit)))];
  const sum = sumOf(line);
  const typed = (field: 'dose' | 'days' | 'quantity', more?: string) => (
    <div>
      <label htmlFor={id(field)}>{t(`write.${field}`)}</label>
      <input {...common(field)} inputMode="decimal" autoComplete="off" value={line[field]} onChange={(event) => onChange({ ...line, [field]: event.target.value })} />
      {more ? <p className="muted small">{more}</p> : null}
      {told_(field)}
    </div>
  );
  return (
    <fieldset className={`card ${styles.line}`} style={{ minInlineSize: 0, margin: 0 }} aria-label={t('write.line', { number })}>
      <div className={styles.lineHead}>
        <h2>{t('write.line', { number })}</h2>
        {onRemove ? (
          <button type="button" className={notes.plain} aria-label={t('write.removeLine', { number })} onClick={onRemove}>
            {t('write.remove')}
          </button>
        ) : null}
      </div>
      <div className={styles.fields}>
        <div className={styles.wide}>
          <label htmlFor={id('drug')}>{t('write.drug')}</label>
          <DrugField
            field={fieldRef('drug')}
            id={id('drug')}
            kind={kind}
            typed={line.typed}
            taken={line.product !== undefined}
            describedBy={`${id('drug')}-problem`}
            invalid={faults?.has('drug') ?? false}
            onType={(words) => onChange({ ...line, typed: words, product: undefined, strength: undefined })}
            onTake={(product) => {
              onChange(withProduct(line, product));
              onTaken();
            }}
          />
          {told_('drug')}
        </div>
        {(line.product?.strengths.length ?? 0) > 1 ? (
          <div>
            <label htmlFor={`${id('drug')}-strength`}>{t('write.strength')}</label>
            <select id={`${id('drug')}-strength`} className={notes.field} value={line.strength ?? ''} onChange={(event) => onChange({ ...line, strength: event.target.value === '' ? undefined : Number(event.target.value) })}>
              <option value="">{t('write.choose')}</option>
              {line.product?.strengths.map((mg) => (
                <option key={mg} value={mg}>
                  {strengthText(mg)}
                </option>
              ))}
            </select>
          </div>
        ) : null}
        {typed('dose')}
        <div>
          <label htmlFor={id('unit')}>{t('write.unit')}</label>
          <select {...common('unit')} value={line.unit} onChange={(event) => onChange({ ...line, unit: event.target.value })}>
            <option value="">{t('write.choose')}</option>
            {units.map((unit) => (
              <option key={unit}>{unit}</option>
            ))}
          </select>
          {told_('unit')}
        </div>
        <div>
          <label htmlFor={id('route')}>{t('write.route')}</label>
          <select {...common('route')} value={line.route} onChange={(event) => onChange({ ...line, route: event.target.value as RouteName | '' })}>
            <option value="">{t('write.choose')}</option>
            {(Object.keys(ROUTES) as RouteName[]).map((route) => (
              <option key={route} value={route}>
                {t(`route.${route}`)}
              </option>
            ))}
          </select>
          {told_('route')}
        </div>
        <div>
          <label htmlFor={id('times')}>{t('write.times')}</label>
          <select {...common('times')} value={line.times} onChange={(event) => onChange({ ...line, times: event.target.value as TimesName | '' })}>
            <option value="">{t('write.choose')}</option>
            {(Object.keys(TIMES) as TimesName[]).map((times) => (
              <option key={times} value={times}>
                {t(`times.${times}`)}
              </option>
            ))}
          </select>
          {told_('times')}
        </div>
        {typed('days')}
        {typed('quantity', sum === undefined ? undefined : t('write.sum', { sum, unit: line.unit }))}
      </div>
    </fieldset>
  );
}
