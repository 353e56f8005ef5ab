import { useTranslations } from 'use-intl'
import { Button } from '../../ui/Button.tsx'
import { Icon } from '../../ui/Icon.tsx'
import styles from './UnreadBar.module.css'

/** Over messages that stand beyond unread ones: what was jumped over stays unread until somebody says otherwise. */
export const UnreadBar = ({
  count,
  onGo,
  onRead,
}: {
  readonly count: number
  readonly onGo: () => void
  readonly onRead: () => void
}) => {
  const t = useTranslations('conversation')
  return (
    <div className={styles.bar} role="group" aria-label={t('unreadAbove', { count })}>
      <span className={styles.words}>
        <Icon name="down" size={16} />
        <span>{t('unreadAbove', { count })}</span>
      </span>
      <span className={styles.choices}>
        <Button size="small" onClick={onGo}>
          {t('unreadGo')}
        </Button>
        <Button size="small" look="quiet" onClick={onRead}>
          {t('unreadRead')}
        </Button>
      </span>
    </div>
  )
}
