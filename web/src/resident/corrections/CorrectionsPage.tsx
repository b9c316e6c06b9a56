import type { Task } from 'fhir/r4';
import { useTranslation } from 'react-i18next';
import { correctionOf, isOpen, type CorrectionState } from '../../shared/fhir/corrections';
import { useNames } from '../../shared/fhir/names';
import { formatMoment } from '../../shared/format/dates';
import { useLanguage } from '../../shared/i18n/i18n';
import '../reports/texts';
import { useCorrections, useTakeBack } from '../requests/corrections';
import { usePerson } from '../requests/person';
import { Page } from '../ui/Page';
import { Actions, Button, ButtonLink, Empty, Facts, Failed, Faces, Tag, type Tone } from '../ui/ui';
import seen from '../seen/Seen.module.css';

const TONES: Record<CorrectionState, Tone> = { requested: 'running', received: 'running', 'in-progress': 'running', completed: 'good', rejected: 'warning', cancelled: 'plain' };

/** 更正申请: what was asked for, how it stands, what the institution answered. */
export function CorrectionsPage() {
  const { t } = useTranslation('reports');
  const query = useCorrections(usePerson().id);
  const names = useNames((query.data ?? []).map((task) => task.owner?.reference));
  return (
    <Page title={t('corrections.title')} back="/visits">
      <p className="muted">{t('corrections.lead')}</p>
      <Faces
        query={query}
        isEmpty={(list) => list.length === 0}
        empty={
          <Empty title={t('corrections.none')}>
            <p>{t('corrections.noneHint')}</p>
            <ButtonLink to="/reports">{t('title')}</ButtonLink>
          </Empty>
        }
      >
        {(list) => list.map((task) => <One key={task.id} task={task} names={names} />)}
      </Faces>
    </Page>
  );
}

function One({ task, names }: { task: Task; names: ReadonlyMap<string, string> }) {
  const { t } = useTranslation('reports');
  const language = useLanguage();
  const back = useTakeBack();
  const one = correctionOf(task);
  return (
    <article className={`card ${seen.visit}`} style={{ gap: '0.75rem' }}>
      <header>
        <h2>{one.what ?? t('untitled')}</h2>
        <Tag tone={TONES[one.state]}>{t(`corrections.state.${one.state}`)}</Tag>
      </header>
      <Facts
        facts={[
          { name: t('corrections.to'), value: names.get(one.institution ?? '') ?? one.institution },
          { name: t('corrections.words'), value: one.words },
          { name: t('corrections.asked'), value: formatMoment(one.asked, language) },
          ...(one.answer ? [{ name: t('corrections.answer'), value: `${one.answer} (${formatMoment(one.answered, language)})` }] : []),
        ]}
      />
      {back.error ? <Failed error={back.error} /> : null}
      {isOpen(one) ? (
        <Actions>
          <Button busy={back.isPending} onClick={() => back.mutate(task)}>
            {t('corrections.takeBack')}
          </Button>
        </Actions>
      ) : null}
    </article>
  );
}
