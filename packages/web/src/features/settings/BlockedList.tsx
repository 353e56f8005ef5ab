import type { BlockedView } from '@sotto/client'
import { useEffect, useState } from 'react'
import { useTranslations } from 'use-intl'
import { useClient } from '../../client/ClientContext.tsx'
import { FailureNotice } from '../../client/FailureNotice.tsx'
import { useAttempt } from '../../client/useAttempt.ts'
import { Button } from '../../ui/Button.tsx'
import styles from './SettingsDialog.module.css'

/** Whose invitations are not wanted; nothing where there is nobody. */
export const BlockedList = () => {
  const t = useTranslations('settings')
  const client = useClient()
  const { attempt, run } = useAttempt()
  const [blocked, setBlocked] = useState<readonly BlockedView[]>([])

  useEffect(() => {
    let isOver = false
    // What cannot be shown now is shown when the settings are opened again.
    client.blocked({}).then(
      (all) => {
        if (!isOver) setBlocked(all)
      },
      () => {},
    )
    return () => {
      isOver = true
    }
  }, [client])

  const unblock = async ({ account, name }: BlockedView) => {
    if (await run(() => client.unblock({ name })))
      setBlocked((all) => all.filter((one) => one.account !== account))
  }

  if (blocked.length === 0) return null
  return (
    <section aria-label={t('blocked')}>
      <FailureNotice attempt={attempt} />
      <dl className={styles.facts}>
        <dt className={styles.title}>{t('blocked')}</dt>
        {blocked.map((one) => (
          <dd key={one.account} className={styles.fact}>
            <bdi>{one.name}</bdi>
            <Button size="small" busy={attempt.kind === 'busy'} onClick={() => void unblock(one)}>
              {t('unblock')}
            </Button>
          </dd>
        ))}
      </dl>
    </section>
  )
}
