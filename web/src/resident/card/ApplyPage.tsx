import { useTranslation } from 'react-i18next';
import { maskIdentifier } from '../../shared/format/identity';
import { identityNumberOf } from '../../shared/fhir/words';
import { useCardStep } from '../requests/card';
import { usePerson } from '../requests/person';
import { Navigate, useNavigate, useParams } from '../router';
import { Page } from '../ui/Page';
import { Bottom, Button, Facts, Failed, Notice, Steps } from '../ui/ui';

const STEPS = ['who', 'terms'] as const;

/** Applies for a card: is this you, and do you know what a code is. */
export function ApplyPage() {
  const { t } = useTranslation('resident');
  const navigate = useNavigate();
  const person = usePerson();
  const { step } = useParams();
  const apply = useCardStep(person.id);
  const at = STEPS.findIndex((one) => one === step);
  if (at < 0) return <Navigate to="/card/apply/who" />;
  const number = identityNumberOf(person.patient);
  const next = () => {
    if (at === 0) return void navigate('/card/apply/terms');
    apply.mutate({ step: 'apply' }, { onSuccess: () => void navigate('/card', { replace: true, state: { just: 'applied' } }) });
  };
  return (
    <Page
      title={t('card.apply')}
      back={at === 0 ? '/card' : '/card/apply/who'}
      fixed={at > 0}
      bottom={
        <Bottom>
          <Button kind="primary" wide busy={apply.isPending} onClick={next}>
            {t(at === 0 ? 'flow.next' : 'card.applyNow')}
          </Button>
        </Bottom>
      }
    >
      <Steps at={at + 1} of={STEPS.length} />
      {at === 0 ? (
        <>
          <h2>{t(person.own ? 'card.isThisYou' : 'card.isThisWard')}</h2>
          <div className="card">
            <Facts
              facts={[
                { name: t('card.name'), value: person.name },
                { name: t('card.idNumber'), value: number ? maskIdentifier(number) : t('card.noIdNumber') },
              ]}
            />
          </div>
          {number ? null : (
            <Notice tone="warning" title={t('card.needsCounter')}>
              <p>{t('card.needsCounterHint')}</p>
            </Notice>
          )}
        </>
      ) : (
        <>
          <h2>{t('card.terms')}</h2>
          <ul className="card">
            {(['life', 'picture', 'log', 'lost'] as const).map((line) => (
              <li key={line}>{t(`card.term.${line}`)}</li>
            ))}
          </ul>
        </>
      )}
      {apply.error ? <Failed error={apply.error} /> : null}
    </Page>
  );
}
