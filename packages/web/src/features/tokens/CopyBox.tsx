import { useId, useState } from 'react'
import type { ReactNode } from 'react'
import { useTranslations } from 'use-intl'
import { useAnnounce } from '../../ui/Announcer.tsx'
import { Button } from '../../ui/Button.tsx'
import styles from './CopyBox.module.css'

/** A text for a machine, as it is, with a button that copies it. */
export const CopyBox = ({
  label,
  text,
  hint,
}: {
  readonly label: ReactNode
  readonly text: string
  readonly hint?: string
}) => {
  const t = useTranslations('token')
  const announce = useAnnounce()
  const id = useId()
  const [outcome, setOutcome] = useState<'none' | 'copied' | 'failed'>('none')

  const copy = async () => {
    const became = await navigator.clipboard.writeText(text).then(
      () => 'copied' as const,
      () => 'failed' as const,
    )
    setOutcome(became)
    announce(t(became === 'copied' ? 'copied' : 'copyFailed'))
  }

  return (
    <section className={styles.box} aria-labelledby={id}>
      <div className={styles.head}>
        <h3 id={id} className={styles.label}>
          {label}
        </h3>
        <Button
          size="small"
          icon={outcome === 'copied' ? 'check' : 'copy'}
          aria-describedby={id}
          onClick={() => void copy()}
        >
          {t('copy')}
        </Button>
      </div>
      <code className={styles.text} dir="ltr">
        {text}
      </code>
      {outcome === 'failed' && <p className={styles.hint}>{t('copyFailed')}</p>}
      {hint && <p className={styles.hint}>{hint}</p>}
    </section>
  )
}
