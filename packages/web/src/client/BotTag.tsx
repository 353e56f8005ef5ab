import { useTranslations } from 'use-intl'
import styles from './RoleTag.module.css'

/** That a program says it. */
export const BotTag = () => {
  const t = useTranslations()
  return <span className={styles.bot}>{t('bot')}</span>
}
