import { Button, Input } from 'antd';
import type { Patient } from 'fhir/r4';
import { useState, type FormEvent, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import { LoadFailed, LoadingLines, NothingHere } from '../../shared/faces/Faces';
import { useNames } from '../../shared/fhir/names';
import { nameOf, nameText } from '../../shared/fhir/words';
import { formatMoment } from '../../shared/format/dates';
import { useCodeName, useLanguage } from '../../shared/i18n/i18n';
import { PageTitle } from '../../shared/PageTitle';
import { StatusTag } from '../../shared/StatusTag';
import { runsPlatform, useRole } from '../useRole';
import { isMasked, percentOf, standingOf, type Standing } from './compare';
import { addressWords, EvidenceList, Numbers } from './Facts';
import styles from './Identities.module.css';
import { useDecide, useHistories, useMerge, usePerson, usePreview, useUnmerge, type Decision, type Person } from './useIdentities';

/** The API takes no shorter reason of a review; a merge is held to the same here. */
const LEAST = 2;

/** 身份与关联: all records of one person, why they hang together, and what they say together. */
export function PersonPage() {
  const { id = '' } = useParams();
  return <OnePerson key={id} id={id} />;
}

function OnePerson({ id }: { id: string }) {
  const { t } = useTranslation(['console', 'record']);
  const role = useRole();
  const decides = runsPlatform(role);
  const person = usePerson(id);
  const name = person.data?.golden && nameOf(person.data.golden);
  return (
    <div className={styles.page}>
      <PageTitle page={t('identities.person')} />
      <Link to={role === 'operator' ? '/identities' : `/residents/${encodeURIComponent(id)}`} className="small">
        ← {t(role === 'operator' ? 'identities.title' : 'record:record.title')}
      </Link>
      <h1>{name ? t('identities.personOf', { name }) : t('identities.person')}</h1>
      {person.data === undefined ? (
        <div className="card">{person.error ? <LoadFailed error={person.error} onRetry={() => void person.refetch()} /> : <LoadingLines rows={10} />}</div>
      ) : (
        <Filled id={id} person={person.data} decides={decides} />
      )}
    </div>
  );
}

function Filled({ id, person, decides }: { id: string; person: Person; decides: boolean }) {
  const { t } = useTranslation('console');
  const ids = person.members.map((member) => member.id ?? '');
  const histories = useHistories(ids);
  const standing = histories.decisions && standingOf(histories.decisions).filter(({ a, b }) => ids.includes(a) && ids.includes(b));
  const letters = new Map(ids.map((member, index) => [member, String(index + 1)]));
  return (
    <>
      <p className="muted">{t('identities.personLead', { count: person.members.length })}</p>
      <section className={`card ${styles.card}`} aria-labelledby="sources">
        <h2 id="sources">{t('identities.sources')}</h2>
        <Sources person={person} letters={letters} own={id} />
        {person.members.some(isMasked) ? <p className="muted small">{t('identities.masked')}</p> : null}
      </section>
      <section className={`card ${styles.card}`} aria-labelledby="links">
        <h2 id="links">{t('identities.links')}</h2>
        {standing === undefined ? (
          histories.error ? (
            <LoadFailed error={histories.error} onRetry={histories.refetch} compact />
          ) : (
            <LoadingLines rows={3} />
          )
        ) : standing.length === 0 ? (
          <NothingHere title={t('identities.alone')}>{t('identities.aloneHint')}</NothingHere>
        ) : (
          <ul className={styles.links}>
            {standing.map((one) => (
              <LinkLine key={one.key} one={one} letters={letters} decides={decides} />
            ))}
          </ul>
        )}
        {decides ? <Merge id={id} /> : null}
      </section>
      <Golden person={person} letters={letters} />
      <section className={`card ${styles.card}`} aria-labelledby="decisions">
        <h2 id="decisions">{t('identities.history')}</h2>
        {histories.decisions === undefined ? (
          histories.error ? (
            <LoadFailed error={histories.error} onRetry={histories.refetch} compact />
          ) : (
            <LoadingLines rows={4} />
          )
        ) : histories.decisions.length === 0 ? (
          <NothingHere title={t('identities.noHistory')} />
        ) : (
          <History decisions={histories.decisions} letters={letters} />
        )}
        {histories.partial ? <p className="muted small">{t('identities.partial')}</p> : null}
      </section>
    </>
  );
}

type Letters = ReadonlyMap<string, string>;

const Badge = ({ children }: { children: ReactNode }) => <span className={styles.badge}>{children}</span>;

function Sources({ person, letters, own }: { person: Person; letters: Letters; own: string }) {
  const { t } = useTranslation('console');
  const language = useLanguage();
  const codeName = useCodeName();
  const names = useNames(person.members.map(({ managingOrganization }) => managingOrganization?.reference));
  return (
    <ul className={styles.sources}>
      {person.members.map((member) => {
        const facts: [string, ReactNode][] = [
          [t('identities.line.name'), (member.name ?? []).map(nameText).filter(Boolean).join(' / ') || t('identities.notSaid')],
          [t('identities.line.sex'), codeName('gender', member.gender) ?? t('identities.notSaid')],
          [t('identities.line.birth'), member.birthDate ?? t('identities.notSaid')],
          [t('identities.line.numbers'), <Numbers key="n" identifiers={member.identifier ?? []} />],
          [t('identities.updatedLabel'), formatMoment(member.meta?.lastUpdated, language)],
        ];
        return (
          <li key={member.id} className={styles.source}>
            <h3>
              <Badge>{letters.get(member.id ?? '')}</Badge> {names.get(member.managingOrganization?.reference ?? '') ?? member.managingOrganization?.display ?? t('identities.noInstitution')}
            </h3>
            <dl className={styles.facts}>
              {facts.map(([name, value]) => (
                <div key={name}>
                  <dt>{name}</dt>
                  <dd>{value}</dd>
                </div>
              ))}
            </dl>
            {member.id === own ? <span className="muted small">{t('identities.thisOne')}</span> : null}
            <code className="muted small">Patient/{member.id}</code>
          </li>
        );
      })}
    </ul>
  );
}

/** Why two hang together; and, where people did it, the way back. */
function LinkLine({ one, letters, decides }: { one: Standing; letters: Letters; decides: boolean }) {
  const { t } = useTranslation('console');
  const language = useLanguage();
  const { a, b, how, decision } = one;
  return (
    <li>
      <span className={styles.row}>
        <span>
          <Badge>{letters.get(a)}</Badge> — <Badge>{letters.get(b)}</Badge>
        </span>
        <StatusTag tone={how === 'number' || how === 'weight' ? 'running' : 'good'}>{t(`identities.how.${how}`)}</StatusTag>
        <span className="muted small">{[formatMoment(decision.at, language), how === 'merged' || how === 'confirmed' ? decision.by : undefined, decision.note].filter(Boolean).join(' · ')}</span>
      </span>
      {decision.evidence.length > 0 ? (
        <details>
          <summary>{t('identities.showEvidence')}</summary>
          <EvidenceList evidence={decision.evidence} />
        </details>
      ) : null}
      {decides && (how === 'merged' || how === 'confirmed') ? <TakeBack one={{ ...one, how }} /> : null}
    </li>
  );
}

function TakeBack({ one }: { one: Standing & { how: 'merged' | 'confirmed' } }) {
  const { t } = useTranslation('console');
  const unmerge = useUnmerge();
  const decide = useDecide();
  const [note, setNote] = useState<string>();
  const change = one.how === 'merged' ? unmerge : decide;
  if (note === undefined)
    return (
      <Button size="small" onClick={() => setNote('')}>
        {t(`identities.takeBack.${one.how}`)}
      </Button>
    );
  return (
    <form
      className={styles.form}
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        if (note.trim().length < LEAST) return;
        if (one.how === 'merged') unmerge.mutate({ source: one.a, target: one.b, note: note.trim() });
        else decide.mutate({ patient: one.a, other: one.b, decision: 'reopen', note: note.trim() });
      }}
    >
      <p className={styles.does}>{t('identities.does.takeBack')}</p>
      <div className={styles.field}>
        <label htmlFor={`back-${one.key}`}>{t('identities.reopenNote')}</label>
        <Input id={`back-${one.key}`} value={note} maxLength={500} onChange={(event) => setNote(event.target.value)} />
      </div>
      {change.error ? <LoadFailed error={change.error} compact /> : null}
      <span className={styles.row}>
        <Button type="primary" htmlType="submit" disabled={note.trim().length < LEAST} loading={change.isPending}>
          {t('identities.takeBackSure')}
        </Button>
        <Button type="text" onClick={() => setNote(undefined)}>
          {t('identities.notNow')}
        </Button>
      </span>
    </form>
  );
}

/** Another record is named, what it would do is shown, and only then can it be done. */
function Merge({ id }: { id: string }) {
  const { t } = useTranslation('console');
  const merge = useMerge();
  const [typed, setTyped] = useState('');
  const [other, setOther] = useState<string>();
  const [note, setNote] = useState('');
  const preview = usePreview(other ?? '', id, other !== undefined);
  return (
    <details>
      <summary>{t('identities.merge')}</summary>
      <form
        className={styles.form}
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          if (other === undefined) setOther(typed.trim().replace(/^Patient\//, ''));
          else if (preview.data && note.trim().length >= LEAST)
            merge.mutate(
              { source: other, target: id, note: note.trim() },
              {
                onSuccess: () => {
                  setOther(undefined);
                  setTyped('');
                  setNote('');
                },
              },
            );
        }}
      >
        <p className="muted">{t('identities.mergeLead')}</p>
        <div className={styles.field}>
          <label htmlFor="merge-other">{t('identities.mergeOther')}</label>
          <Input
            id="merge-other"
            value={typed}
            maxLength={80}
            onChange={(event) => {
              setTyped(event.target.value);
              setOther(undefined);
            }}
          />
        </div>
        {other === undefined ? (
          <Button htmlType="submit" disabled={typed.trim() === ''}>
            {t('identities.preview')}
          </Button>
        ) : preview.error ? (
          <LoadFailed error={preview.error} compact />
        ) : preview.data === undefined ? (
          <LoadingLines rows={3} />
        ) : preview.data.wasOne ? (
          <p className={styles.does}>{t('identities.alreadyOne')}</p>
        ) : (
          <>
            <p className={styles.does}>{t('identities.does.merge', { percent: percentOf(preview.data.probability ?? 0) })}</p>
            {preview.data.numbersDisagree ? (
              <p className={`${styles.does} ${styles.caution}`} role="alert">
                {t('identities.does.numbersDisagree')}
              </p>
            ) : null}
            <div className={styles.field}>
              <EvidenceList evidence={preview.data.evidence} />
            </div>
            <div className={styles.field}>
              <label htmlFor="merge-note">{t('identities.note')}</label>
              <Input id="merge-note" value={note} maxLength={500} onChange={(event) => setNote(event.target.value)} />
            </div>
            {merge.error ? <LoadFailed error={merge.error} compact /> : null}
            <Button type="primary" htmlType="submit" disabled={note.trim().length < LEAST} loading={merge.isPending}>
              {t('identities.mergeSure')}
            </Button>
          </>
        )}
      </form>
    </details>
  );
}

/** The best of all records, field by field, and which records say so. */
function Golden({ person, letters }: { person: Person; letters: Letters }) {
  const { t } = useTranslation('console');
  const goldenValue = useGoldenValue();
  const golden = person.golden;
  return (
    <section className={`card ${styles.card}`} aria-labelledby="golden">
      <h2 id="golden">{t('identities.golden')}</h2>
      <p className="muted">{t('identities.goldenLead', { rules: person.rules ?? '' })}</p>
      <table className="data">
        <thead>
          <tr>
            <th scope="col">{t('identities.fieldName')}</th>
            <th scope="col">{t('identities.value')}</th>
            <th scope="col">{t('identities.saidBy')}</th>
          </tr>
        </thead>
        <tbody>
          {golden
            ? person.origins.flatMap(({ field, index, sources }) => {
                const value = goldenValue(golden, field, index);
                return value === undefined ? [] : [
                  <tr key={`${field}|${index}`}>
                    <td>{t(`identities.goldenField.${field as 'name'}`, { defaultValue: field })}</td>
                    <td style={{ overflowWrap: 'anywhere' }}>{value}</td>
                    <td>
                      {sources.map((source) => (
                        <Badge key={source}>{letters.get(source) ?? '?'}</Badge>
                      ))}
                    </td>
                  </tr>,
                ];
              })
            : null}
        </tbody>
      </table>
    </section>
  );
}

/** A value of the golden record in words; absent for what this page has no words for. */
function useGoldenValue(): (golden: Patient, field: string, index: number) => ReactNode {
  const { t } = useTranslation('console');
  const codeName = useCodeName();
  return (golden, field, index) => {
    switch (field) {
      case 'name':
        return nameText(golden.name?.[index]);
      case 'gender':
        return codeName('gender', golden.gender);
      case 'birthDate':
        return golden.birthDate;
      case 'identifier':
        return golden.identifier?.[index] ? <Numbers identifiers={[golden.identifier[index]]} /> : undefined;
      case 'telecom':
        return golden.telecom?.[index]?.value;
      case 'address':
        return addressWords(golden.address?.slice(index, index + 1))[0];
      case 'active':
      case 'deceasedBoolean':
        return t(golden[field] ? 'identities.yes' : 'identities.no');
      case 'deceasedDateTime':
        return golden.deceasedDateTime;
      case 'maritalStatus':
        return golden.maritalStatus?.text ?? golden.maritalStatus?.coding?.[0]?.display;
      case 'multipleBirthInteger':
        return golden.multipleBirthInteger;
      case 'contact':
        return nameText(golden.contact?.[index]?.name);
      default:
        return undefined;
    }
  };
}

function History({ decisions, letters }: { decisions: Decision[]; letters: Letters }) {
  const { t } = useTranslation('console');
  const language = useLanguage();
  return (
    <ol className={styles.history}>
      {decisions.map((one) => (
        <li key={`${one.id}|${one.patient}|${one.other}`}>
          <span className={styles.row}>
            <strong>{t(`identities.kind.${one.kind as 'linked'}`, { defaultValue: one.kind })}</strong>
            <span>
              <Badge>{letters.get(one.patient) ?? '?'}</Badge> — {one.other === undefined ? t('identities.hiddenOther') : (letters.get(one.other) && <Badge>{letters.get(one.other)}</Badge>) || <code>Patient/{one.other}</code>}
            </span>
          </span>
          <span className="muted small">
            {[formatMoment(one.at, language), one.kind === 'merged' || one.kind === 'unmerged' || one.kind === 'confirmed' || one.kind === 'refused' || one.kind === 'reopened' ? one.by : t('identities.platform'), one.note, one.model ? t('identities.byModel', { model: one.model }) : undefined]
              .filter(Boolean)
              .join(' · ')}
          </span>
          {one.evidence.length > 0 ? (
            <details>
              <summary>{t('identities.showEvidence')}</summary>
              <EvidenceList evidence={one.evidence} />
            </details>
          ) : null}
        </li>
      ))}
    </ol>
  );
}
