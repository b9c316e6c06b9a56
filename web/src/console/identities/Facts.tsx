import type { Address, ContactPoint, Identifier, Patient } from 'fhir/r4';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { addressText, nameText } from '../../shared/fhir/words';
import { maskIdentifier } from '../../shared/format/identity';
import { useCodeName } from '../../shared/i18n/i18n';
import { StatusTag } from '../../shared/StatusTag';
import { meantAsIdentity, signed, type Line } from './compare';
import styles from './Identities.module.css';
import type { Evidence, NumberSaid } from './useIdentities';

/** `名：异体字`: a field and how well it agrees, in words. */
export function useEvidenceWords(): (evidence: Evidence) => string {
  const { t } = useTranslation('console');
  return ({ field, level }) => {
    if (field === 'rule') return t(`identities.rule.${level as 'same-number'}`, { defaultValue: level });
    if (field === 'prior') return t(`identities.prior.${level as 'household'}`, { defaultValue: level });
    return t('identities.judged', { field: t(`identities.field.${field as 'given'}`, { defaultValue: field }), level: t(`identities.level.${field as 'given'}.${level as 'exact'}`, { defaultValue: level }) });
  };
}

/** So many bits fill the half of a bar. */
const FULL = 16;

/** A weight as a bar from the middle: to the right it speaks for one person, to the left against. The number stands beside it. */
export function Weight({ weight }: { weight: number }) {
  const { t } = useTranslation('console');
  const share = `${Math.min(50, (Math.abs(weight) / FULL) * 50)}%`;
  const for_ = weight >= 0;
  return (
    <span className={styles.weight} title={t(for_ ? 'identities.for' : 'identities.against')}>
      <span className={styles.bar} aria-hidden="true">
        <span data-for={for_} style={for_ ? { insetInlineStart: '50%', width: share } : { insetInlineEnd: '50%', width: share }} />
      </span>
      <span className={styles.figure}>{signed(weight)}</span>
    </span>
  );
}

/** Each field with its level in words and its weight; rules, which weigh nothing, first. */
export function EvidenceList({ evidence }: { evidence: Evidence[] }) {
  const words = useEvidenceWords();
  if (evidence.length === 0) return null;
  return (
    <ul className={styles.evidence}>
      {[...evidence]
        .sort((a, b) => Number(b.field === 'rule') - Number(a.field === 'rule'))
        .map((one) => (
          <li key={`${one.field}|${one.level}`}>
            <span>{words(one)}</span>
            {one.field === 'rule' ? null : <Weight weight={one.weight} />}
          </li>
        ))}
    </ul>
  );
}

const phones = (telecom: ContactPoint[] | undefined) => (telecom ?? []).flatMap(({ system, value }) => (system === 'email' || value === undefined ? [] : [value]));

export const addressWords = (address: Address[] | undefined) => (address ?? []).flatMap((one) => addressText(one) ?? []);

/** What a record says on a line of the comparison. */
export function LineValue({ patient, line, numbers }: { patient: Patient | undefined; line: Line; numbers: NumberSaid[] }): ReactNode {
  const { t } = useTranslation('console');
  const codeName = useCodeName();
  if (!patient) return <span className="muted">{t('identities.notSeen')}</span>;
  if (line === 'numbers') return <Numbers identifiers={patient.identifier ?? []} said={numbers.filter(({ of }) => of === patient.id)} />;
  const texts: Record<Exclude<Line, 'numbers'>, (string | undefined)[]> = {
    name: (patient.name ?? []).map(nameText),
    sex: [codeName('gender', patient.gender)],
    birth: [patient.birthDate],
    phone: phones(patient.telecom),
    address: addressWords(patient.address),
    mother: (patient.contact ?? []).flatMap(({ relationship, name }) => (relationship?.some(({ coding }) => coding?.some(({ code }) => code === 'MTH')) ? [nameText(name)] : [])),
  };
  const said = texts[line].filter((text): text is string => text !== undefined && text !== '');
  if (said.length === 0) return <span className="muted">{t('identities.notSaid')}</span>;
  return said.map((text, index) => <span key={index}>{text}</span>);
}

/** Masked, with whether it is a valid national number. Numbers of an institution are neither. */
export function Numbers({ identifiers, said }: { identifiers: Identifier[]; said?: NumberSaid[] }) {
  const { t } = useTranslation('console');
  if (identifiers.length === 0) return <span className="muted">{t('identities.noNumber')}</span>;
  return identifiers.map((identifier, index) => {
    const one = said?.find((number) => number.index === index);
    const value = identifier.value ?? '';
    return (
      <span key={index} className={styles.number}>
        <span>{value.includes('*') ? value : maskIdentifier(value)}</span>
        {one?.valid ? (
          <StatusTag tone="good">{t('identities.validNumber', { kind: t(`identities.numberKind.${one.kind as 'resident-id'}`, { defaultValue: one.kind ?? '' }) })}</StatusTag>
        ) : one && meantAsIdentity(identifier) ? (
          <StatusTag tone="bad">{t('identities.invalidNumber')}</StatusTag>
        ) : (
          <span className="muted small">{meantAsIdentity(identifier) ? t('identities.numberKind.resident-id') : t('identities.ownNumber')}</span>
        )}
      </span>
    );
  });
}
