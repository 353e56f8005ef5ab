import { useTranslations } from 'use-intl'
import { StartPage } from './StartPage.tsx'
import styles from './StartPage.module.css'

/** Plain http from another machine: the browser withholds its cryptography, and there is no Sotto without it. */
export const InsecurePage = () => {
  const t = useTranslations('start')
  return (
    <StartPage title={t('insecureTitle')} text={t('insecureWhy', { host: location.host })}>
      <p className={styles.text}>{t('insecureUser')}</p>
      <p className={styles.text}>{t('insecureHost')}</p>
    </StartPage>
  )
}
