import { Alert, Button, Skeleton } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import styles from './Faces.module.css';
import { useErrorSentence } from './useErrorSentence';

/** What happened in plain words, what was kept, and a way on. The code is small, for whoever is called about it. */
export function LoadFailed({ error, onRetry, compact = false }: { error: unknown; onRetry?: () => void; compact?: boolean }) {
  const { t } = useTranslation('common');
  const { sentence, code } = useErrorSentence()(error);
  return (
    <Alert
      type="error"
      showIcon={!compact}
      role="alert"
      title={sentence}
      description={
        compact && !code ? undefined : (
          <span className="small">
            {compact ? null : t('faces.kept')}
            {code ? <span className={styles.code}>{t('faces.errorCode', { code })}</span> : null}
          </span>
        )
      }
      action={onRetry ? <Button onClick={onRetry}>{t('faces.retry')}</Button> : undefined}
    />
  );
}

/** Nothing is here: what would be, and what to do. */
export function NothingHere({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className={styles.empty}>
      <svg viewBox="0 0 96 44" width="96" height="44" aria-hidden="true">
        <path d="M2 42 24 14l12 15L56 4l38 38z" fill="var(--primary-soft)" />
        <path d="M2 42h92" stroke="var(--border)" strokeWidth="2" />
      </svg>
      <p className={styles.emptyTitle}>{title}</p>
      {children ? <div className="muted">{children}</div> : null}
    </div>
  );
}

/** Grey lines in the place of `rows` lines of text to come. */
export function LoadingLines({ rows = 4 }: { rows?: number }) {
  const { t } = useTranslation('common');
  return (
    <div role="status" aria-label={t('faces.loading')}>
      <Skeleton active title={false} paragraph={{ rows }} />
    </div>
  );
}
