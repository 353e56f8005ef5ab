import type { OpenRoomView } from '@sotto/client'
import { useFormatter, useNow, useTranslations } from 'use-intl'
import { useClient } from '../../client/ClientContext.tsx'
import { Button } from '../../ui/Button.tsx'
import { isolated } from '../../ui/isolated.tsx'
import { Spinner } from '../../ui/Spinner.tsx'
import styles from './OpenRoom.module.css'

/** The user has asked to come in, and no member is online: it says so, and what happens next. */
export const Waiting = ({ room }: { readonly room: OpenRoomView }) => {
  const t = useTranslations('openRoom')
  const format = useFormatter()
  const now = useNow({ updateInterval: 60_000 })
  const client = useClient()
  return (
    <div className={styles.card}>
      <span className={styles.sign}>
        <Spinner size={28} />
      </span>
      <div role="status" className={styles.said}>
        <h1 className={styles.title}>{t.rich('waitingTitle', { room: room.name, ...isolated })}</h1>
        <p className={styles.text}>{t('waitingText')}</p>
      </div>
      {room.sinceMs !== null && (
        <p className={styles.time}>
          <time dateTime={new Date(room.sinceMs).toISOString()}>
            {t('waitingSince', { when: format.relativeTime(Math.min(room.sinceMs, now.getTime()), now) })}
          </time>
        </p>
      )}
      <Button look="quiet" onClick={() => void client.withdrawJoin({})}>
        {t('withdraw')}
      </Button>
    </div>
  )
}
