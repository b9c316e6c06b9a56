import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useCardStep } from '../requests/card';
import { usePerson } from '../requests/person';
import { useNavigate } from '../router';
import { Page } from '../ui/Page';
import { Bottom, Button, Choice, Choices, Failed } from '../ui/ui';

const REASONS = ['lost', 'stolen', 'misused', 'other'] as const;

/** 挂失: one question, and from then on no code is taken. */
export function LostPage() {
  const { t } = useTranslation('resident');
  const navigate = useNavigate();
  const person = usePerson();
  const step = useCardStep(person.id);
  const [reason, setReason] = useState<(typeof REASONS)[number]>('lost');
  const suspend = () => step.mutate({ step: 'suspend', reason }, { onSuccess: () => void navigate('/card', { replace: true, state: { just: 'suspended' } }) });
  return (
    <Page
      title={t('card.lost')}
      back="/card"
      fixed
      bottom={
        <Bottom>
          <Button kind="primary" wide busy={step.isPending} onClick={suspend}>
            {t('card.lostNow')}
          </Button>
        </Bottom>
      }
    >
      <h2>{t('card.lostWhy')}</h2>
      <Choices legend={t('card.lostWhy')} hidden>
        {REASONS.map((one) => (
          <Choice key={one} type="radio" name="reason" checked={reason === one} onChange={() => setReason(one)} title={t(`card.reason.${one}`)} />
        ))}
      </Choices>
      <p className="muted">{t('card.lostHint')}</p>
      {step.error ? <Failed error={step.error} /> : null}
    </Page>
  );
}
