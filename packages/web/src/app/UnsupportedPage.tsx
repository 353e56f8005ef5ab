import type { Lack } from '@sotto/client'
import { useTranslations } from 'use-intl'
import { StartPage } from './StartPage.tsx'
import styles from './StartPage.module.css'

/** What this browser lacks, one thing after the other, before anybody has filled in a form. */
export const UnsupportedPage = ({ lacks }: { readonly lacks: readonly Lack[] }) => {
  const t = useTranslations('start')
  const ofLack = useTranslations('lack')
  return (
    <StartPage title={t('unsupportedTitle')} text={t('unsupported')} reload>
      <ul className={styles.lacks}>
        {lacks.map((lack) => (
          <li key={lack}>{ofLack(lack)}</li>
        ))}
      </ul>
    </StartPage>
  )
}
