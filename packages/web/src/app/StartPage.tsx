import type { ReactNode } from 'react'
import { useTranslations } from 'use-intl'
import { Button } from '../ui/Button.tsx'
import { Logo } from '../ui/Logo.tsx'
import styles from './StartPage.module.css'

/** A page with one thing to say, before there is anything else to show. */
export const StartPage = ({
  title,
  text,
  reload = false,
  children,
}: {
  readonly title: string
  readonly text?: ReactNode
  readonly reload?: boolean
  readonly children?: ReactNode
}) => {
  const t = useTranslations('start')
  return (
    <main className={styles.page}>
      <div className={styles.card}>
        <Logo size={48} />
        <h1 className={styles.title}>{title}</h1>
        {text && <p className={styles.text}>{text}</p>}
        {children}
        {reload && (
          <Button look="primary" onClick={() => location.reload()}>
            {t('reload')}
          </Button>
        )}
      </div>
    </main>
  )
}

/** While the keys and rooms of this device are being opened; usually too short to be seen. */
export const Opening = () => {
  const t = useTranslations('start')
  return (
    <main className={styles.opening} role="status" aria-label={t('opening')}>
      <Logo size={48} />
    </main>
  )
}
