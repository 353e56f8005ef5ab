import type { ConnectionView } from '@sotto/client'
import { useNow, useTranslations } from 'use-intl'
import styles from './ConnectionStatus.module.css'
import { refusalOf } from './refusal.ts'
import { retrySeconds } from './retrySeconds.ts'

const Countdown = ({ retryAtMs }: { readonly retryAtMs: number }) => {
  const t = useTranslations('connection')
  const now = useNow({ updateInterval: 500 })
  return <>{t('offlineRetry', { seconds: String(retrySeconds(retryAtMs, now.getTime())) })}</>
}

const Words = ({ connection }: { readonly connection: ConnectionView }) => {
  const t = useTranslations('connection')
  switch (connection.kind) {
    case 'online':
      return <>{connection.route === 'poll' ? t('poll') : t('online')}</>
    case 'connecting':
      return <>{t('connecting')}</>
    case 'offline':
      return connection.retryAtMs === null ? (
        <>{t('offline')}</>
      ) : (
        <Countdown retryAtMs={connection.retryAtMs} />
      )
    case 'refused':
      return <>{refusalOf(connection.code) === 'server' ? t('refused') : t('halted')}</>
  }
}

/** A dot and words: whether what is shown is up to date. Always somewhere on the screen. */
export const ConnectionStatus = ({ connection }: { readonly connection: ConnectionView }) => {
  const t = useTranslations('connection')
  return (
    <span
      className={styles.status}
      data-connection={connection.kind}
      role="group"
      aria-label={t('label')}
      {...(connection.kind === 'online' && connection.route === 'poll' ? { title: t('pollWhy') } : {})}
    >
      <span className={styles.dot} aria-hidden="true" />
      <span className={styles.words}>
        <Words connection={connection} />
      </span>
    </span>
  )
}
