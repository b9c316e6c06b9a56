import { ConfigProvider, theme } from 'antd';
import type { Locale } from 'antd/es/locale';
import zhCN from 'antd/locale/zh_CN';
import { useEffect, useState, useSyncExternalStore, type ReactNode } from 'react';
import { useLanguage } from '../i18n/i18n';
import { antTheme, type Scheme } from './tokens';

const coarse = matchMedia('(pointer: coarse)');

function useTouch(): boolean {
  return useSyncExternalStore(
    (changed) => {
      coarse.addEventListener('change', changed);
      return () => coarse.removeEventListener('change', changed);
    },
    () => coarse.matches,
  );
}

/** Ant Design with our tokens, in the reader's language. */
export function Themed({ scheme = 'light', children }: { scheme?: Scheme; children: ReactNode }) {
  const language = useLanguage();
  const touch = useTouch();
  const [english, setEnglish] = useState<Locale>();
  useEffect(() => {
    if (language === 'en') void import('antd/locale/en_GB').then((loaded) => setEnglish(loaded.default));
  }, [language]);
  return (
    <ConfigProvider theme={{ ...antTheme(touch, scheme), algorithm: scheme === 'dark' ? theme.darkAlgorithm : theme.defaultAlgorithm }} locale={language === 'en' && english ? english : zhCN} button={{ autoInsertSpace: false }}>
      {children}
    </ConfigProvider>
  );
}
