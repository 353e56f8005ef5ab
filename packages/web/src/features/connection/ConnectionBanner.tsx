import type { ConnectionView } from '@sotto/client'
import { useEffect, useRef } from 'react'
import { useNow, useTranslations } from 'use-intl'
import { FailureText } from '../../client/FailureText.tsx'
import { ReloadButton } from '../../client/ReloadButton.tsx'
import { useAnnounce } from '../../ui/Announcer.tsx'
import { Icon } from '../../ui/Icon.tsx'
import styles from './ConnectionBanner.module.css'
import { isSetup, refusalOf } from './refusal.ts'
import { retrySeconds } from './retrySeconds.ts'

const Retry = ({ retryAtMs }: { readonly retryAtMs: number }) => {
  const t = useTranslations('connection')
  const now = useNow({ updateInterval: 500 })
  return (
    <span className={styles.retry}>
      {t('bannerRetry', { seconds: String(retrySeconds(retryAtMs, now.getTime())) })}
    </span>
  )
}

/** Why there is no connection, where more is known than that. */
const Why = ({
  connection: { reason },
}: {
  readonly connection: Extract<ConnectionView, { kind: 'offline' }>
}) => {
  if (!reason) return null
  const { code, obstacle } = reason
  if (obstacle) return <FailureText failure={{ code, detail: { obstacle } }} />
  return isSetup(code) ? <FailureText failure={{ code, detail: {} }} /> : null
}

/**
 * Says above the conversation that there is no connection and what becomes of what is written. It waits a moment
 * before it shows itself: most interruptions are over by then.
 */
export const ConnectionBanner = ({ connection }: { readonly connection: ConnectionView }) => {
  const t = useTranslations('connection')
  const announce = useAnnounce()
  const before = useRef(connection.kind)
  useEffect(() => {
    // What is grave is an alert, which is read out by itself.
    if (before.current !== connection.kind && connection.kind !== 'refused')
      announce(t(`said.${connection.kind}`))
    before.current = connection.kind
  }, [announce, connection.kind, t])

  switch (connection.kind) {
    case 'online':
      return null
    case 'connecting':
      return (
        <section className={styles.banner} aria-label={t('label')}>
          <Icon name="warning" size={16} />
          <span className={styles.text}>{t('bannerConnecting')}</span>
        </section>
      )
    case 'offline':
      return (
        <section className={styles.banner} aria-label={t('label')}>
          <Icon name="warning" size={16} />
          <span className={styles.text}>
            {t('bannerOffline')} <Why connection={connection} />
          </span>
          {connection.retryAtMs !== null && <Retry retryAtMs={connection.retryAtMs} />}
        </section>
      )
    case 'refused':
      return (
        <section className={styles.banner} aria-label={t('label')} data-grave="true">
          <Icon name="warning" size={16} />
          <span className={styles.text} role="alert">
            {refusalOf(connection.code) === 'server' ? (
              t('bannerRefused')
            ) : (
              <>
                {t('bannerHalted')} <FailureText failure={{ code: connection.code, detail: {} }} />
              </>
            )}
          </span>
          <ReloadButton code={connection.code} />
        </section>
      )
  }
}
