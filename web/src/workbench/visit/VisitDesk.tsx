import '../../shared/visit/texts';
import { Button, Input, Popconfirm, Select, Space } from 'antd';
import { StatusTag } from '../../shared/StatusTag';
import type { Coding } from 'fhir/r4';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate, useParams } from 'react-router';
import { LoadFailed, LoadingLines, NothingHere } from '../../shared/faces/Faces';
import { wantsProof } from '../../shared/fhir/client';
import { idOf } from '../../shared/fhir/words';
import { PageTitle } from '../../shared/PageTitle';
import { Conversation } from '../../shared/visit/Conversation';
import { useSeen, useTalk } from '../../shared/visit/useTalk';
import { further, isFeeOpen, type Visit, type VisitState } from '../../shared/visit/visits';
import { useShortcuts } from '../keys/KeyBoard';
import { Ended } from './Ended';
import { Prove } from './Prove';
import { SECTIONS, useDesk, useDiagnoses, useKeptNote, useStep, useVisit, useWriteNote, type Draft, type Step } from './useDesk';
import styles from './Desk.module.css';

/** What the doctor has still to take a step of. */
const isOpen = (state: VisitState): boolean => state === 'eligible' || state === 'accepted' || state === 'in-progress';

/** A step that was refused: its error is shown, and the page stays. */
const stays = () => undefined;

/** One visit at the doctor's desk: the conversation, the note beside it, and the steps. */
export function VisitDesk() {
  const { t } = useTranslation('visit');
  const { visit: id = '' } = useParams();
  const desk = useDesk();
  const open = desk.data?.find((one) => one.id === id);
  const other = useVisit(id, desk.data !== undefined && open === undefined);
  const visit = open ?? other.data;
  if (desk.error && !desk.data) return <LoadFailed error={desk.error} onRetry={() => void desk.refetch()} />;
  if (other.error && !visit) return <LoadFailed error={other.error} onRetry={() => void other.refetch()} />;
  if (!desk.data || visit === undefined) return <LoadingLines rows={10} />;
  return visit ? <Desk key={visit.id} visit={visit} /> : <NothingHere title={t('unknown')} />;
}

function Desk({ visit }: { visit: Visit }) {
  const { t } = useTranslation('visit');
  const { talk, now } = useTalk(visit.id);
  useSeen(talk, now);
  const state = further(now.state, visit.state);
  return (
    <div className={styles.desk}>
      <PageTitle page={visit.patient?.display ?? t('desk.list')} />
      <header className={styles.head}>
        <h1>
          <Link to={`/persons/${idOf(visit.patient?.reference) ?? ''}`}>{visit.patient?.display ?? t('patient')}</Link>
        </h1>
        <p>
          {visit.diagnosis?.display} · {t(`state.${state}`)}
        </p>
        <p className="muted">{visit.complaint}</p>
        {isOpen(state) ? <Steps visit={{ ...visit, state }} /> : null}
      </header>
      <Conversation talk={talk} now={now} side="doctor" open={state === 'in-progress'} />
      {state === 'in-progress' ? <Note visit={visit} /> : null}
      {state === 'closed' || state === 'offline' ? <Ended visit={visit} /> : null}
    </div>
  );
}

function Steps({ visit }: { visit: Visit }) {
  const { t } = useTranslation('visit');
  const step = useStep(visit.id);
  const navigate = useNavigate();
  const [reason, setReason] = useState('');
  const [wanted, setWanted] = useState(false);
  const end = (which: Step) => {
    const why = reason.trim();
    setWanted(why.length < 2);
    if (why.length >= 2) void step.mutateAsync({ step: which, reason: why }).then(() => navigate('/lists/online'), stays);
  };
  return (
    <div className={styles.steps}>
      <Space wrap>
        {isFeeOpen(visit) ? <StatusTag tone="warning">{t('desk.unpaid', { fee: visit.fee.toFixed(2) })}</StatusTag> : null}
        {visit.state === 'eligible' && !isFeeOpen(visit) ? (
          <Button type="primary" loading={step.isPending} onClick={() => step.mutate({ step: 'accept' })}>
            {t('desk.accept')}
          </Button>
        ) : null}
        {visit.state === 'accepted' ? (
          <Button type="primary" loading={step.isPending} onClick={() => step.mutate({ step: 'begin' })}>
            {t('desk.begin')}
          </Button>
        ) : null}
        <Popconfirm
          icon={null}
          title={t('desk.refer')}
          description={
            <span className={styles.why}>
              <Input.TextArea rows={2} value={reason} aria-label={t('desk.reason')} placeholder={t('desk.reasonHint')} maxLength={500} onChange={(event) => setReason(event.target.value)} />
              {wanted ? <span role="alert">{t('desk.reasonWanted')}</span> : null}
              {visit.paid ? <span>{t('desk.refund', { fee: visit.fee.toFixed(2) })}</span> : null}
            </span>
          }
          onConfirm={() => end('refer-offline')}
        >
          <Button>{t('desk.refer')}</Button>
        </Popconfirm>
      </Space>
      {wantsProof(step.error) ? <Prove onDone={() => step.variables && step.mutate(step.variables)} /> : step.error ? <LoadFailed error={step.error} compact /> : null}
    </div>
  );
}

function Note({ visit }: { visit: Visit }) {
  const kept = useKeptNote(visit.note);
  if (kept.error && !kept.data) return <LoadFailed error={kept.error} onRetry={() => void kept.refetch()} />;
  return kept.data ? <NoteForm visit={visit} kept={kept.data} /> : <LoadingLines rows={8} />;
}

function NoteForm({ visit, kept }: { visit: Visit; kept: Draft }) {
  const { t } = useTranslation(['visit', 'workbench']);
  const navigate = useNavigate();
  const [draft, setDraft] = useState(kept);
  const [words, setWords] = useState('');
  const [asked, setAsked] = useState('');
  const write = useWriteNote(visit.id);
  const found = useDiagnoses(asked);
  useEffect(() => {
    const soon = setTimeout(() => setAsked(words), 150);
    return () => clearTimeout(soon);
  }, [words]);
  const finish = () => void write.mutateAsync({ draft, finish: true }).then(() => navigate('/lists/online'), stays);
  // 先病历后处方: the record of the visit is there before a prescription of it, and nothing typed is lost on the way.
  const prescribe = () => void write.mutateAsync({ draft, finish: false }).then(() => navigate(`/persons/${idOf(visit.patient?.reference) ?? ''}/prescribe?encounter=${encodeURIComponent(visit.id)}`), stays);
  useShortcuts([{ key: 'x', label: t('visit:desk.prescribe'), run: prescribe }]);
  const known = new Map<string, Coding>([...draft.diagnoses, ...(found.data ?? [])].map((coding) => [coding.code ?? '', coding]));
  return (
    <form
      className={styles.note}
      aria-label={t('visit:note')}
      onSubmit={(event) => {
        event.preventDefault();
        finish();
      }}
      onKeyDown={(event) => {
        if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) finish();
      }}
    >
      {SECTIONS.map((name) => (
        <label key={name}>
          {t(`visit:section.${name}`)}
          <Input.TextArea autoSize={{ minRows: name === 'present-illness' ? 3 : 1, maxRows: 8 }} value={draft.texts[name] ?? ''} maxLength={4_000} onChange={(event) => setDraft({ ...draft, texts: { ...draft.texts, [name]: event.target.value } })} />
        </label>
      ))}
      <label>
        {t('visit:section.diagnosis')}
        <Select
          mode="multiple"
          showSearch={{ filterOption: false, onSearch: setWords }}
          value={draft.diagnoses.map(({ code }) => code ?? '')}
          placeholder={t('visit:desk.diagnosisHint')}
          options={[...known.values()].map(({ code, display }) => ({ value: code ?? '', label: `${code ?? ''} ${display ?? ''}` }))}
          onChange={(codes: string[]) => setDraft({ ...draft, diagnoses: codes.flatMap((code) => known.get(code) ?? []) })}
        />
      </label>
      {write.error ? <LoadFailed error={write.error} compact /> : null}
      <Space>
        <Button loading={write.isPending} onClick={() => write.mutate({ draft, finish: false })}>
          {t('visit:desk.keep')}
        </Button>
        <Button loading={write.isPending} onClick={prescribe}>
          {t('visit:desk.prescribe')}
        </Button>
        <Button type="primary" htmlType="submit" loading={write.isPending}>
          {t('visit:desk.finish')}
        </Button>
      </Space>
    </form>
  );
}
