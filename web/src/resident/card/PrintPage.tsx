import { useTranslation } from 'react-i18next';
import { PrintedCard } from '../../shared/card/PrintedCard';
import { useCards, usePrintedCode } from '../requests/card';
import { usePerson } from '../requests/person';
import { Page } from '../ui/Page';
import { Bottom, Button, Empty, Faces } from '../ui/ui';

/** The card on paper, for who has no telephone with them: somebody old, a child at school. */
export function PrintPage() {
  const { t } = useTranslation('resident');
  const person = usePerson();
  const live = useCards(person.id).data?.live;
  const code = usePrintedCode(person.id);
  return (
    <Page
      title={t('card.print')}
      back="/card"
      bottom={
        <Bottom>
          <Button kind="primary" wide busy={code.data === undefined} onClick={() => window.print()}>
            {t('card.printNow')}
          </Button>
        </Bottom>
      }
    >
      <p className="muted">{t('card.printLead')}</p>
      <Faces query={code} cards={1} isEmpty={() => live === undefined} empty={<Empty title={t('card.none')} />}>
        {(text) => <PrintedCard name={person.name} number={live?.number ?? ''} code={text} />}
      </Faces>
    </Page>
  );
}
