import type { Consent } from 'fhir/r4';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation, useParams } from '../router';
import { formatMoment } from '../../shared/format/dates';
import { useLanguage } from '../../shared/i18n/i18n';
import { termsOf, useConsent, useConsentTexts, useSignature, useSignConsent, useWriteConsent } from '../requests/consents';
import { Page } from '../ui/Page';
import { Actions, Button, ButtonLink, Faces, Facts, Failed, Loading, Notice, Row, Rows, Section, Tag } from '../ui/ui';
import ui from '../ui/Ui.module.css';
import { stateOf } from './ConsentsPage';
import { keepDraft } from './draft';
import { useActorNames, useTermFacts } from './terms';

/** One consent: what it says, the text agreed to, and the ways to narrow it or take it back. */
export function ConsentPage() {
  const { t } = useTranslation('resident');
  const language = useLanguage();
  const { id = '' } = useParams();
  const just = (useLocation().state as { just?: 'given' | 'narrowed' } | null)?.just;
  useEffect(() => {
    if (just === 'given') keepDraft(undefined);
  }, [just]);
  const consent = useConsent(id);
  const write = useWriteConsent();
  const [asking, setAsking] = useState(false);
  const texts = useConsentTexts(language);
  const names = useActorNames(consent.data ? [termsOf(consent.data)] : []);
  const factsOf = useTermFacts();
  return (
    <Page title={t('consent.title')} back="/consents" fixed>
      {just && !write.isSuccess ? <Notice tone="good" role="status" title={t(`consent.just.${just}`)} /> : null}
      {write.isSuccess ? <Notice tone="good" role="status" title={t('consent.just.withdrawn')} /> : null}
      {write.error ? <Failed error={write.error} /> : null}
      <Faces query={consent}>
        {(data) => {
          const terms = termsOf(data);
          const state = stateOf(data);
          const text = texts.data?.find(({ uri }) => uri === data.policy?.[0]?.uri);
          return (
            <>
              <div className="card">
                <p style={{ marginBlockEnd: '0.75rem' }}>
                  {terms.kind === 'permit' ? <Tag tone={state === 'active' ? 'good' : 'plain'}>{t('consents.permit')}</Tag> : <Tag tone={state === 'active' ? 'warning' : 'plain'}>{t('consents.deny')}</Tag>}{' '}
                  <Tag tone={state === 'active' ? 'running' : 'plain'}>{t(`consents.state.${state}`)}</Tag>
                </p>
                <Facts
                  facts={[
                    ...factsOf(terms, names),
                    { name: t('consent.given'), value: formatMoment(data.dateTime, language) },
                    ...(data.meta?.lastUpdated && data.meta.versionId !== '1' ? [{ name: t('consent.changed'), value: formatMoment(data.meta.lastUpdated, language) }] : []),
                  ]}
                />
              </div>
              {state === 'active' ? (
                asking ? (
                  <Notice tone="warning" title={t(terms.kind === 'permit' ? 'consent.askWithdraw' : 'consent.askLift')}>
                    <p>{t(terms.kind === 'permit' ? 'consent.askWithdrawHint' : 'consent.askLiftHint')}</p>
                    <Actions>
                      <Button
                        kind="danger"
                        busy={write.isPending}
                        onClick={() => write.mutate({ ...data, status: 'inactive' }, { onSuccess: () => setAsking(false) })}
                      >
                        {t(terms.kind === 'permit' ? 'consent.withdrawNow' : 'consent.liftNow')}
                      </Button>
                      <Button onClick={() => setAsking(false)}>{t('consent.keep')}</Button>
                    </Actions>
                  </Notice>
                ) : (
                  <Actions>
                    {terms.kind === 'permit' ? <ButtonLink to={`/consents/${id}/narrow`}>{t('consent.narrow')}</ButtonLink> : null}
                    <Button kind="danger" onClick={() => setAsking(true)}>
                      {t(terms.kind === 'permit' ? 'consent.withdraw' : 'consent.lift')}
                    </Button>
                  </Actions>
                )
              ) : null}
              <Signature consent={data} />
              <details className={ui.more}>
                <summary>{text ? t('consent.textOf', { version: text.version }) : t('consent.text')}</summary>
                {text ? <div className={ui.document}>{text.text}</div> : texts.isPending ? <Loading cards={1} /> : <p className="muted">{t('consent.noText')}</p>}
              </details>
            </>
          );
        }}
      </Faces>
    </Page>
  );
}

/** Whether this version is signed; signing it is one press, since being signed in is what the platform seals. */
function Signature({ consent }: { consent: Consent }) {
  const { t } = useTranslation('resident');
  const language = useLanguage();
  const signature = useSignature(consent);
  const sign = useSignConsent();
  return (
    <Section title={t('signature.title')}>
      {sign.error ? <Failed error={sign.error} /> : null}
      <Faces query={signature} cards={1}>
        {({ signed, valid, when }) => (
          <Rows>
            <Row
              title={signed ? (valid ? t('signature.valid') : t('signature.broken')) : t('signature.none')}
              tags={signed ? valid ? <Tag tone="good">{t('signature.holds')}</Tag> : <Tag tone="bad">{t('signature.ask')}</Tag> : null}
              note={signed ? t('signature.when', { when: formatMoment(when, language) }) : t('signature.noneHint')}
              end={
                signed ? null : (
                  <Button busy={sign.isPending} onClick={() => sign.mutate(consent)}>
                    {t('signature.sign')}
                  </Button>
                )
              }
            />
          </Rows>
        )}
      </Faces>
    </Section>
  );
}
