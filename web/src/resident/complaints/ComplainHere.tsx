import '../../shared/complaint/texts';
import { useTranslation } from 'react-i18next';
import { isUnderWay, useOwnComplaints } from '../../shared/complaint/complaints';
import { usePerson } from '../requests/person';
import { Failed, Row, Rows, Tag } from '../ui/ui';
import { TONES } from './tones';

/** On the page of a thing: the complaints about it, and the way to one where none is under way. That stands also where they cannot be read: the platform refuses a second one. */
export function ComplainHere({ about }: { about: string }) {
  const { t } = useTranslation('complaint');
  const all = useOwnComplaints(usePerson().id);
  if (all.isPending) return null;
  const these = (all.data ?? []).filter((one) => one.about === about);
  return (
    <>
      {all.data === undefined ? <Failed error={all.error} onRetry={() => void all.refetch()} /> : null}
      <Rows label={t('title')}>
        {these.map((one) => (
          <Row key={one.id} to={`/complaints/${one.id}`} title={t('of', { kind: t(`kind.${one.kind}`) })} tags={<Tag tone={TONES[one.state]}>{t(`state.${one.state}`)}</Tag>} />
        ))}
        {these.some(({ state }) => isUnderWay(state)) ? null : <Row to={`/complaints/new?about=${encodeURIComponent(about)}`} title={t('complainOf')} />}
      </Rows>
    </>
  );
}
