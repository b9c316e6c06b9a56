import '../../shared/complaint/texts';
import '../../shared/rating/texts';
import '../prescriptions/texts';
import { useTranslation } from 'react-i18next';
import { speak, useLanguage } from '../../shared/i18n/i18n';
import { signOut } from '../../shared/session/account';
import { setElder, useElder } from '../elder';
import { Icon } from '../ui/Icon';
import { Page } from '../ui/Page';
import { Button, Choice, Row, Rows, Section } from '../ui/ui';
import { PersonCard } from '../home/PersonCard';

export function MinePage() {
  const { t } = useTranslation(['resident', 'common', 'complaint', 'rating']);
  const language = useLanguage();
  const elder = useElder();
  return (
    <Page title={t('tabs.mine')}>
      <PersonCard />
      <Section title={t('mine.record')}>
        <Rows>
          <Row to="/card" icon={<Icon name="card" />} title={t('card.title')} note={t('card.mineNote')} />
          <Row to="/prescriptions" icon={<Icon name="consent" />} title={t('prescriptions.title')} note={t('prescriptions.note')} />
          <Row to="/bills" icon={<Icon name="records" />} title={t('pay.bills')} note={t('pay.billsNote')} />
          <Row to="/payments" icon={<Icon name="card" />} title={t('pay.mine')} note={t('pay.mineNote')} />
          <Row to="/complaints" icon={<Icon name="consent" />} title={t('complaint:mine')} note={t('complaint:mineNote')} />
          <Row to="/ratings" icon={<Icon name="consent" />} title={t('rating:mine')} note={t('rating:mineNote')} />
          <Row to="/queue" icon={<Icon name="visits" />} title={t('queue.title')} note={t('queue.mineNote')} />
          <Row to="/seen" icon={<Icon name="eye" />} title={t('seen.title')} note={t('mine.seenNote')} />
          <Row to="/may-see" icon={<Icon name="key" />} title={t('maySee.title')} note={t('mine.maySeeNote')} />
          <Row to="/consents" icon={<Icon name="consent" />} title={t('consents.title')} note={t('mine.consentsNote')} />
          <Row to="/identities" icon={<Icon name="records" />} title={t('identities.title')} note={t('identities.note')} />
          <Row to="/emergency" icon={<Icon name="emergency" />} title={t('emergency.title')} note={t('mine.emergencyNote')} />
        </Rows>
      </Section>
      <Section title={t('mine.settings')}>
        <Rows>
          <Row to="/account" icon={<Icon name="account" />} title={t('account.title')} note={t('mine.accountNote')} />
        </Rows>
        <Choice type="checkbox" name="elder" checked={elder} onChange={setElder} title={t('mine.elder')} note={t('mine.elderNote')} />
        <Button wide lang={language === 'zh' ? 'en' : 'zh-CN'} onClick={() => void speak(language === 'zh' ? 'en' : 'zh')}>
          {t('common:language.switch')}
        </Button>
        <Button wide onClick={signOut}>
          {t('mine.signOut')}
        </Button>
      </Section>
    </Page>
  );
}
