import { Button } from 'antd';
import type { Composition } from 'fhir/r4';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { LoadFailed } from '../../shared/faces/Faces';
import { idOf, identityNumberOf, nameOf, referenceText } from '../../shared/fhir/words';
import { formatMoment } from '../../shared/format/dates';
import { maskIdentifier } from '../../shared/format/identity';
import { useCodeName, useLanguage } from '../../shared/i18n/i18n';
import { AgeText } from '../../shared/person/AgeText';
import { usePatient } from '../../shared/record/useRecord';
import { StatusTag } from '../../shared/StatusTag';
import { useShortcuts } from '../keys/KeyBoard';
import { linesOf } from './note';
import styles from './Notes.module.css';
import { useAuthor, useEncounter, useEndVisit, useInstitution, useSign, useSignature } from './useNotes';

/** A finished note as it stands on paper, with its signature; one that is not signed yet says so and can be. */
export function SignedNote({ note }: { note: Composition }) {
  const { t } = useTranslation(['workbench', 'record', 'common']);
  const language = useLanguage();
  const go = useNavigate();
  const codeName = useCodeName();
  const patientId = idOf(note.subject?.reference) ?? '';
  const patient = usePatient(patientId).data;
  const institution = useInstitution(note.custodian?.reference).data;
  const signature = useSignature(note);
  const sign = useSign();
  const me = useAuthor();
  const visit = useEncounter(patientId, idOf(note.encounter?.reference) ?? null);
  const end = useEndVisit();
  const heading = useRef<HTMLHeadingElement>(null);
  const mine = note.author.some(({ reference }) => reference === me?.author.reference);
  const signed = signature.data?.signed ?? false;
  const mayEnd = signed && note.encounter !== undefined && visit.data && ['arrived', 'triaged', 'in-progress', 'onleave'].includes(visit.data.status);
  useEffect(() => heading.current?.focus(), []);

  const signNow = () => sign.mutate({ id: note.id ?? '', version: Number(note.meta?.versionId) });
  const endNow = () => {
    if (mayEnd && visit.data) end.mutate(visit.data, { onSuccess: () => void go('/lists/patients') });
  };
  const prescribe = () => void go(`/persons/${patientId}/prescribe${note.encounter ? `?encounter=${idOf(note.encounter.reference) ?? ''}` : ''}`);
  useShortcuts([
    ...(mine ? [{ key: 'x', label: t('person.prescribe'), run: prescribe }] : []),
    { key: 'p', label: t('notes.print'), run: () => print() },
    ...(mayEnd ? [{ key: 'e', label: t('notes.end'), run: endNow }] : []),
    ...(mine && signature.data && !signed ? [{ key: 'Ctrl+Enter', label: t('notes.sign'), run: signNow }] : []),
  ]);

  return (
    <>
      <div className={styles.bar}>
        <span>
          {signature.data ? (
            signed ? (
              <StatusTag tone={signature.data.valid ? 'good' : 'bad'}>{t(signature.data.valid ? 'notes.signedHolds' : 'notes.signedBroken')}</StatusTag>
            ) : (
              <StatusTag tone="warning">{t('notes.unsigned')}</StatusTag>
            )
          ) : null}
        </span>
        <div className={styles.actions}>
          {mine && signature.data && !signed ? (
            <Button type="primary" loading={sign.isPending} onClick={signNow}>
              {t('notes.sign')}
            </Button>
          ) : null}
          {mayEnd ? (
            <Button type="primary" loading={end.isPending} onClick={endNow}>
              {t('notes.end')}
            </Button>
          ) : null}
          {mine ? <Button onClick={prescribe}>{t('person.prescribe')}</Button> : null}
          <Button onClick={() => print()}>{t('notes.print')}</Button>
        </div>
      </div>
      {sign.error ? <LoadFailed error={sign.error} onRetry={signNow} /> : null}
      {end.error ? <LoadFailed error={end.error} onRetry={endNow} /> : null}
      {signature.error ? <LoadFailed error={signature.error} onRetry={() => void signature.refetch()} /> : null}
      <article className={`card ${styles.paper}`}>
        <header className={styles.letterhead}>
          <p>{institution?.name ?? referenceText(note.custodian)}</p>
          <h1 ref={heading} tabIndex={-1}>
            {note.title}
          </h1>
        </header>
        <dl className={styles.person}>
          <div>
            <dt>{t('notes.name')}</dt>
            <dd>{patient ? nameOf(patient) : ''}</dd>
          </div>
          <div>
            <dt>{t('notes.sex')}</dt>
            <dd>{codeName('gender', patient?.gender ?? 'unknown')}</dd>
          </div>
          <div>
            <dt>{t('notes.age')}</dt>
            <dd>{patient ? <AgeText patient={patient} /> : ''}</dd>
          </div>
          <div>
            <dt>{t('record:person.identityNumber')}</dt>
            <dd>{patient && identityNumberOf(patient) ? maskIdentifier(identityNumberOf(patient) ?? '') : t('record:person.noIdentityNumber')}</dd>
          </div>
          <div>
            <dt>{t('notes.date')}</dt>
            <dd>{formatMoment(note.date, language)}</dd>
          </div>
        </dl>
        {note.section?.map((section, index) => (
          <section key={index}>
            <h2>{section.title}</h2>
            <p className={styles.text}>{linesOf(section.text?.div)}</p>
          </section>
        ))}
        <footer className={styles.signature}>
          <p>{t('notes.doctor', { name: referenceText(note.author[0]) ?? '' })}</p>
          {signed ? <p>{t('notes.signedAt', { when: formatMoment(signature.data?.when, language) })}</p> : <p>{t('notes.unsigned')}</p>}
          <p className="muted small">{t('notes.number', { number: note.id ?? '' })}</p>
        </footer>
      </article>
    </>
  );
}
