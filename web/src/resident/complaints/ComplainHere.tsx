import '../../shared/complaint/texts';
import { useTranslation } from 'react-i18next';
import { isUnderWay, useOwnComplaints } from '../../shared/complaint/complaints';
import { usePerson } from '../requests/person';
import { Row, Rows, Tag } from '../ui/ui';
import { TONES } from './tones';

/** On the page of a thing: the complaints about it, and the way to one where none is under way. */
export function ComplainHere({ about }: { about: string }) {
  const { t } = useTranslation('complaint');
  const all = useOwnComplaints(usePerson().id).data;
  if (all === undefined) return null;
  const these = all.filter((one) => one.about === about);
  return (
    <Rows label={t('title')}>
      {these.map((one) => (
        <Row key={one.id} to={`/complaints/${one.id}`} title={t('of', { kind: t(`kind.${one.kind}`) })} tags={<Tag tone={TONES[one.state]}>{t(`state.${one.state}`)}</Tag>} />
      ))}
      {these.some(({ state }) => isUnderWay(state)) ? null : <Row to={`/complaints/new?about=${encodeURIComponent(about)}`} title={t('complainOf')} />}
    </Rows>
  );
}
