import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { speak, useLanguage } from './i18n/i18n';

export function LanguageButton() {
  const { t } = useTranslation('common');
  const language = useLanguage();
  return (
    <Button
      type="text"
      lang={language === 'zh' ? 'en' : 'zh-CN'}
      title={t('language.label')}
      onClick={() => void speak(language === 'zh' ? 'en' : 'zh')}
    >
      {t('language.switch')}
    </Button>
  );
}
