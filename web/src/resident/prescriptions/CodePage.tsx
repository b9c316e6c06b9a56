import './texts';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Qr } from '../../shared/card/Qr';
import type { Circulation } from '../../shared/dispensing/circulations';
import { formatMoment } from '../../shared/format/dates';
import { useLanguage } from '../../shared/i18n/i18n';
import { codeOf, useCirculation, useIssue, type Code } from '../requests/dispensing';
import { usePerson } from '../requests/person';
import { useParams } from '../router';
import { Page } from '../ui/Page';
import { Actions, Button, ButtonLink, Faces, Failed, Notice } from '../ui/ui';
import styles from './Prescriptions.module.css';

/** 取药码: large enough to be scanned, once, at the counter. Who has taken the prescription with it stands in its place. */
export function CodePage() {
  const { t } = useTranslation('resident');
  const { task = '' } = useParams();
  const circulation = useCirculation(task);
  return (
    <Page title={t('take.code')} back={`/prescriptions/${task}`} fixed>
      <Faces query={circulation} cards={1}>
        {({ circulation: now }) =>
          now.state === 'available' ? (
            <Available task={task} circulation={now} />
          ) : (
            <Notice tone="good" role="status" title={now.state === 'locked' || now.state === 'dispensed' ? t('take.locked', { shop: now.shopName ?? '' }) : t(`take.over.${now.state}`)}>
              <Actions>
                <ButtonLink to={`/prescriptions/${task}`} kind="primary">
                  {t('take.look')}
                </ButtonLink>
              </Actions>
            </Notice>
          )
        }
      </Faces>
    </Page>
  );
}

function Available({ task, circulation }: { task: string; circulation: Circulation }) {
  const { t } = useTranslation('resident');
  const language = useLanguage();
  const person = usePerson();
  const issue = useIssue(task);
  const [code, setCode] = useState<Code | undefined>(codeOf(task));
  const { way = 'pickup', shop, shopName } = circulation;
  // One that is sent carries a telephone and an address, which are asked for again with it.
  const anew = way === 'delivery' ? null : (
    <Button busy={issue.isPending} onClick={() => issue.mutate({ way, ...(shop ? { shop } : {}) }, { onSuccess: setCode })}>
      {t(code ? 'take.renew' : 'take.makeAgain')}
    </Button>
  );
  const live = circulation.token ? code : undefined;
  return (
    <>
      {live ? (
        <section className={`card ${styles.codeBox}`} aria-label={t('take.code')}>
          <h2>{person.name}</h2>
          <Qr text={live.text} label={t('take.qr', { name: person.name })} className={styles.qr} />
          <p>{way !== 'pickup' ? `${t('take.sentTo', { shop: shopName ?? '' })}${t('dot')}${t(`take.sentHint.${way}`)}` : shopName ? t('take.readyAt', { shop: shopName }) : t('take.readyAny')}</p>
          <p>
            <strong>{t('take.until', { until: formatMoment(live.until, language) })}</strong>
          </p>
        </section>
      ) : (
        <Notice tone="warning" role="status" title={t('take.notHere')}>
          <p>{t('take.notHereHint')}</p>
        </Notice>
      )}
      {live ? (
        <Notice tone="warning" title={t('take.onlyThere')}>
          <p>{t('take.onlyThereHint')}</p>
        </Notice>
      ) : null}
      {issue.error ? <Failed error={issue.error} /> : null}
      <Actions>
        {anew}
        <ButtonLink to={`/prescriptions/${task}/take`}>{t('take.change')}</ButtonLink>
      </Actions>
    </>
  );
}
