import { useState } from 'react'
import { useTranslations } from 'use-intl'
import { useClient } from '../../client/ClientContext.tsx'
import { FailureNotice } from '../../client/FailureNotice.tsx'
import { useAttempt } from '../../client/useAttempt.ts'
import { Button } from '../../ui/Button.tsx'
import { isolated } from '../../ui/isolated.tsx'
import { Logo } from '../../ui/Logo.tsx'
import styles from './FirstRoom.module.css'

/** Nothing here yet: one press makes the first room. */
export const FirstRoom = ({
  name,
  onCreated,
  onCreate,
}: {
  readonly name: string
  readonly onCreated: (room: string) => void
  readonly onCreate: () => void
}) => {
  const t = useTranslations('first')
  const client = useClient()
  const { attempt, run } = useAttempt()
  const [copied, setCopied] = useState(false)

  const copy = async () => {
    try {
      await navigator.clipboard.writeText(name)
      setCopied(true)
    } catch {
      // The browser keeps its clipboard to itself; the name stands there to be selected.
    }
  }

  return (
    <div className={styles.first}>
      <Logo size={56} />
      <div className={styles.words}>
        <h1 className={styles.title}>{t.rich('title', { name, ...isolated })}</h1>
        <p className={styles.text}>{t('text')}</p>
      </div>
      <div className={styles.actions}>
        <Button
          look="primary"
          size="large"
          wide
          busy={attempt.kind === 'busy'}
          onClick={() =>
            void run(async () => onCreated((await client.createRoom({ name: t('general') })).room))
          }
        >
          {t('create')}
        </Button>
        <Button look="quiet" wide onClick={onCreate}>
          {t('own')}
        </Button>
      </div>
      <FailureNotice attempt={attempt} />
      <div className={styles.wait}>
        <p>{t('wait')}</p>
        <p className={styles.own}>
          <bdi className={styles.name}>{name}</bdi>
          <Button size="small" icon={copied ? 'check' : 'copy'} onClick={() => void copy()}>
            {copied ? t('copied') : t('copy')}
          </Button>
        </p>
      </div>
    </div>
  )
}
