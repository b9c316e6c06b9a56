import { useTranslation } from 'react-i18next';
import { formatDay, formatTime } from '../../shared/format/dates';
import { isWithin, type Emergency } from '../../shared/fhir/emergencies';
import { useCodeName, useLanguage, useTypeName } from '../../shared/i18n/i18n';
import type { Access } from '../../shared/fhir/accesses';
import type { Visit } from '../requests/accesses';
import type { AccessGrant } from '../requests/grants';
import { Tag } from '../ui/ui';
import ui from '../ui/Ui.module.css';
import styles from './Seen.module.css';
import '../types';

const SHOWN = 4;

/** What one request did, in a resident's words. */
function useDeed(): (access: Access) => string {
  const { t } = useTranslation('resident');
  const typeName = useTypeName();
  return ({ interaction, operation, type }) => {
    const what = type ? typeName(type) : t('seen.record');
    if (interaction === 'operation') {
      switch (operation) {
        case 'emergency-access':
        case 'everything':
        case 'check-in':
        case 'locate':
        case 'access-grants':
        case 'emergency-reviews':
        case 'review':
        case 'justify':
          return t(`seen.operation.${operation}`);
        default:
          return t('seen.operation.other', { name: operation ?? '' });
      }
    }
    switch (interaction) {
      case 'create':
        return t('seen.created', { what });
      case 'update':
      case 'patch':
        return t('seen.changed', { what });
      case 'delete':
        return t('seen.deleted', { what });
      case 'transaction':
      case 'batch':
        return t('seen.bundle');
      default:
        return t('seen.read', { what });
    }
  };
}

/** Why: said by the request itself, an emergency, or what opens the record to this one now. */
function useReason(): (access: Access, emergency: Emergency | undefined, grants: AccessGrant[]) => string | undefined {
  const { t } = useTranslation('resident');
  const codeName = useCodeName();
  return (access, emergency, grants) => {
    if (emergency) return t('seen.becauseEmergency', { reason: emergency.reason ?? '' });
    const said = access.purposes.map((code) => codeName('purpose', code)).filter(Boolean);
    if (said.length > 0) return said.join(t('comma'));
    const grant = grants.find(
      ({ effect, to, account, since }) =>
        effect === 'opens' && (to === undefined ? account !== undefined && account === access.account : to === access.practitioner || to === access.institution) && Date.parse(since ?? '') <= Date.parse(access.at),
    );
    return grant ? t('seen.becauseGrant', { reason: codeName('grantReason', grant.reason) }) : undefined;
  };
}

export function VisitCard({ visit, names, emergencies, grants, own }: { visit: Visit; names: ReadonlyMap<string, string>; emergencies: Emergency[]; grants: AccessGrant[]; own: string | undefined }) {
  const { t } = useTranslation('resident');
  const language = useLanguage();
  const deed = useDeed();
  const reasonOf = useReason();
  const first = visit.accesses.at(-1)!;
  const last = visit.accesses[0]!;
  const { role, practitioner, institution } = first;
  const nameOf = (reference: string | undefined) => (reference === undefined ? undefined : (names.get(reference) ?? reference));
  const mine = first.account !== undefined && first.account === own;
  const who = mine ? t('seen.self') : (nameOf(practitioner) ?? (role === undefined ? t('seen.nobody') : t(`seen.role.${role as 'system'}`)));
  const emergency = emergencies.find((one) => visit.accesses.some(({ at }) => isWithin(one, practitioner, at)));
  const refused = visit.accesses.filter((access) => access.refused).length;
  // Newest last within the visit, so that it reads as it went; equal deeds in a row are one line.
  const lines: { key: string; time: string; words: string; times: number; refused: boolean; empty: boolean }[] = [];
  for (const access of visit.accesses.toReversed()) {
    const words = deed(access);
    const empty = !access.refused && access.count === 0 && ['read', 'search-type'].includes(access.interaction);
    const before = lines.at(-1);
    if (before && before.words === words && before.refused === access.refused && before.empty === empty) before.times++;
    else lines.push({ key: access.id, time: formatTime(access.at), words, times: 1, refused: access.refused, empty });
  }
  const summary = [...new Set(visit.accesses.filter((access) => !access.refused).map(deed))];
  const from = formatTime(first.at);
  const to = formatTime(last.at);
  const reason = reasonOf(last, emergency, grants);
  return (
    <article className={`card ${styles.visit}`}>
      <header>
        <h3>
          {who}
        </h3>
        <span className={styles.tags}>
          {emergency ? <Tag tone="alert">{t('seen.emergency')}</Tag> : null}
          {refused > 0 ? <Tag tone="bad">{t('seen.refused', { count: refused })}</Tag> : null}
          {mine ? <Tag>{t('seen.own')}</Tag> : null}
        </span>
      </header>
      {institution ? <p className="muted">{nameOf(institution)}</p> : null}
      <p className={styles.when}>
        {formatDay(last.at, language)} {from === to ? to : `${from}–${to}`}
      </p>
      {summary.length > 0 ? (
        <p>
          {summary.slice(0, SHOWN).join(t('comma'))}
          {summary.length > SHOWN ? t('seen.andMore', { count: summary.length - SHOWN }) : ''}
        </p>
      ) : null}
      {reason ? (
        <p>
          <span className="muted">{t('seen.why')}</span> {reason}
        </p>
      ) : null}
      {lines.length > 1 || visit.accesses.length > 1 ? (
        <details className={ui.more}>
          <summary>{t('seen.details', { count: visit.accesses.length })}</summary>
          <ul className={ui.lines}>
            {lines.map((line) => (
              <li key={line.key}>
                <span className="muted">{line.time}</span>
                <span>
                  {line.words}
                  {line.times > 1 ? ` ${t('seen.times', { count: line.times })}` : ''} {line.refused ? <Tag tone="bad">{t('seen.refusedOne')}</Tag> : null}
                  {line.empty ? <span className="muted"> {t('seen.nothingShown')}</span> : null}
                </span>
              </li>
            ))}
          </ul>
        </details>
      ) : null}
    </article>
  );
}
