import './texts';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Way } from '../../shared/dispensing/circulations';
import { useIssue, useOffers } from '../requests/dispensing';
import { useNavigate, useParams, useSearchParams } from '../router';
import { Page } from '../ui/Page';
import { Bottom, Button, Choice, Choices, Empty, Faces, Failed, Field } from '../ui/ui';

const ANY = 'any';

/** How to get it from the pharmacy that was chosen; then the code is made. */
export function HowPage() {
  const { t } = useTranslation('resident');
  const { task = '', shop = ANY } = useParams();
  const [query] = useSearchParams();
  const navigate = useNavigate();
  const offers = useOffers(task, { sort: 'price' });
  const issue = useIssue(task);
  const [way, setWay] = useState<Way>((query.get('by') as Way | null) ?? 'pickup');
  const [telephone, setTelephone] = useState('');
  const [address, setAddress] = useState('');
  const [problem, setProblem] = useState<'telephone' | 'address'>();
  const offer = offers.data?.find((one) => one.shop === shop);
  const make = () => {
    const wrong = way !== 'delivery' ? undefined : !/^[0-9+() -]{5,24}$/.test(telephone.trim()) ? 'telephone' : address.trim().length < 5 ? 'address' : undefined;
    setProblem(wrong);
    if (wrong) return;
    issue.mutate(
      { way, ...(shop === ANY ? {} : { shop }), ...(way === 'delivery' ? { telephone: telephone.trim(), address: address.trim() } : {}) },
      { onSuccess: () => void navigate(way === 'pickup' ? `/prescriptions/${task}/code` : `/prescriptions/${task}`, { replace: true }) },
    );
  };
  return (
    <Page
      title={t('take.how')}
      back={`/prescriptions/${task}/take`}
      fixed
      bottom={
        <Bottom>
          <Button kind="primary" wide busy={issue.isPending} onClick={make}>
            {t(way === 'pickup' ? 'take.make' : 'take.send')}
          </Button>
        </Bottom>
      }
    >
      {shop === ANY ? (
        <>
          <h2>{t('take.any')}</h2>
          <p>{t('take.anyHint')}</p>
        </>
      ) : (
        <Faces query={offers} cards={2} isEmpty={() => offer === undefined} empty={<Empty title={t('take.gone')} />}>
          {() =>
            offer ? (
              <>
                <h2>{offer.name}</h2>
                <p className="muted">{[`¥${offer.total}`, offer.address, offer.telephone].filter(Boolean).join(t('dot'))}</p>
                <Choices legend={t('take.how')} hidden>
                  {offer.ways.map((one) => (
                    <Choice key={one} type="radio" name="way" checked={way === one} onChange={() => setWay(one)} title={t(`take.way.${one}`)} note={t(`take.wayHint.${one}`)} />
                  ))}
                </Choices>
                {way === 'delivery' ? (
                  <>
                    <Field label={t('take.telephone')} problem={problem === 'telephone' ? t('take.telephoneWrong') : undefined}>
                      {(id, wrong) => <input id={id} type="tel" autoComplete="tel" maxLength={24} value={telephone} aria-describedby={wrong} aria-invalid={problem === 'telephone'} onChange={(event) => setTelephone(event.target.value)} />}
                    </Field>
                    <Field label={t('take.address')} problem={problem === 'address' ? t('take.addressWrong') : undefined}>
                      {(id, wrong) => <textarea id={id} rows={2} autoComplete="street-address" maxLength={200} value={address} aria-describedby={wrong} aria-invalid={problem === 'address'} onChange={(event) => setAddress(event.target.value)} />}
                    </Field>
                    <p className="muted small">{t('take.addressHint')}</p>
                  </>
                ) : null}
              </>
            ) : null
          }
        </Faces>
      )}
      {issue.error ? <Failed error={issue.error} /> : null}
    </Page>
  );
}
