import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { switchRole } from '../shared/session/account';
import { useMe } from '../shared/session/useMe';
import styles from './Shell.module.css';

/** Who is signed in, in which post; with a way to another one. Nothing for the operator token, which is nobody's. */
export function WhoAmI() {
  const { t } = useTranslation('console');
  const { data } = useMe();
  if (!data) return null;
  return (
    <div className={styles.who}>
      <a href="/account" aria-label={`${t('shell.whoAmI')}: ${data.name}`}>
        {data.name}
      </a>
      <span>{data.post ? `${data.post.institutionName} ${data.post.title}` : t(`shell.role.${data.role}`)}</span>
      {(data.posts ?? 0) > 1 ? (
        <Button type="link" size="small" onClick={switchRole}>
          {t('shell.switchRole')}
        </Button>
      ) : null}
    </div>
  );
}
