import type { OpenRoomView } from '@sotto/client'
import { useTranslations } from 'use-intl'
import { useClient } from '../../client/ClientContext.tsx'
import { FailureNotice } from '../../client/FailureNotice.tsx'
import { useAttempt } from '../../client/useAttempt.ts'
import { Button } from '../../ui/Button.tsx'
import { Icon } from '../../ui/Icon.tsx'
import { isolated } from '../../ui/isolated.tsx'
import styles from './OpenRoom.module.css'

/** The open room of the server, for somebody who is not in it: what it is, and one press to come in. */
export const Joining = ({
  room,
  level = 1,
}: {
  readonly room: OpenRoomView
  /** Of its heading: 2 below a greeting. */
  readonly level?: 1 | 2
}) => {
  const t = useTranslations('openRoom')
  const client = useClient()
  const { attempt, run } = useAttempt()
  const Heading = level === 1 ? 'h1' : 'h2'
  return (
    <div className={styles.card}>
      {level === 1 && (
        <span className={styles.sign}>
          <Icon name="people" size={28} />
        </span>
      )}
      <Heading className={level === 1 ? styles.title : styles.subtitle}>
        {t.rich('title', { room: room.name, ...isolated })}
      </Heading>
      <p className={styles.text}>{t('text', { count: room.memberCount })}</p>
      <ul className={styles.facts}>
        <li>
          <Icon name="eye" size={18} />
          {t('who')}
        </li>
        <li>
          <Icon name="lock" size={18} />
          {t('history')}
        </li>
      </ul>
      <FailureNotice attempt={attempt} />
      <Button
        look="primary"
        size="large"
        wide
        busy={attempt.kind === 'busy'}
        onClick={() => void run(() => client.joinOpenRoom({ room: room.room }))}
      >
        {t.rich('join', { room: room.name, ...isolated })}
      </Button>
    </div>
  )
}
