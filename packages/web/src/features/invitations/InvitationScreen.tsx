import type { RoomView } from '@sotto/client'
import { type ReactNode, useState } from 'react'
import { useFormatter, useNow, useTranslations } from 'use-intl'
import { useClient } from '../../client/ClientContext.tsx'
import { FailureNotice } from '../../client/FailureNotice.tsx'
import { useAttempt } from '../../client/useAttempt.ts'
import { useWorkspace } from '../../registry/Workspace.tsx'
import { Button } from '../../ui/Button.tsx'
import { Icon } from '../../ui/Icon.tsx'
import { isolated } from '../../ui/isolated.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { Spinner } from '../../ui/Spinner.tsx'
import { BlockDialog } from './BlockDialog.tsx'
import styles from './InvitationScreen.module.css'
import { useMayContinue } from './useMayContinue.ts'

const emphasized = { bdi: (chunks: ReactNode) => <bdi className={styles.name}>{chunks}</bdi> }

const Joining = () => {
  const t = useTranslations('invitation')
  return (
    <div className={styles.screen}>
      <div className={styles.card} role="status">
        <span className={styles.sign}>
          <Spinner size={28} />
        </span>
        <h1 className={styles.title}>{t('joiningTitle')}</h1>
        <p className={styles.text}>{t('joiningText')}</p>
      </div>
    </div>
  )
}

/** The frozen rooms of which this invitation may be the continuation. */
const MayContinue = ({ inviter }: { readonly inviter: string }) => {
  const t = useTranslations('invitation')
  const format = useFormatter()
  const continued = useMayContinue(inviter)
  if (continued.length === 0) return null
  return (
    <div className={styles.hint}>
      <Notice tone="accent" icon="renew">
        {t.rich('mayContinue', {
          name: inviter,
          rooms: () =>
            format.list(
              continued.map(({ id, name }) => (
                <bdi key={id} className={styles.name}>
                  {name}
                </bdi>
              )),
            ),
          ...emphasized,
        })}
      </Notice>
    </div>
  )
}

const Facts = () => {
  const t = useTranslations('invitation')
  return (
    <ul className={styles.facts}>
      <li>
        <Icon name="warning" size={18} />
        {t('explain')}
      </li>
      <li>
        <Icon name="lock" size={18} />
        {t('nameHidden')}
      </li>
    </ul>
  )
}

/** Whether to come in, and whether to hear of this inviter again. */
const Choices = ({ room, inviter }: { readonly room: string; readonly inviter: string | null }) => {
  const t = useTranslations('invitation')
  const client = useClient()
  const { ways } = useWorkspace()
  const [isBlocking, setBlocking] = useState(false)
  const accepting = useAttempt()
  const declining = useAttempt()
  const failed = [accepting.attempt, declining.attempt].find((attempt) => attempt.kind === 'failed')
  const isAccepting = accepting.attempt.kind === 'busy'
  const isDeclining = declining.attempt.kind === 'busy'
  const decline = async () => {
    await client.decline({ room })
    ways.toList()
  }
  return (
    <>
      {failed && <FailureNotice attempt={failed} />}
      <div className={styles.actions}>
        <Button
          size="large"
          busy={isDeclining}
          disabled={isAccepting}
          onClick={() => void declining.run(decline)}
        >
          {isDeclining ? t('declining') : t('decline')}
        </Button>
        <Button
          size="large"
          look="primary"
          busy={isAccepting}
          disabled={isDeclining}
          onClick={() => void accepting.run(() => client.accept({ room }))}
        >
          {isAccepting ? t('accepting') : t('accept')}
        </Button>
      </div>
      {inviter !== null && (
        <>
          <Button look="quiet" disabled={isAccepting || isDeclining} onClick={() => setBlocking(true)}>
            {t.rich('block', { name: inviter, ...isolated })}
          </Button>
          <BlockDialog
            room={room}
            name={inviter}
            open={isBlocking}
            onClose={() => setBlocking(false)}
            onBlocked={() => ways.toList()}
          />
        </>
      )}
    </>
  )
}

/** A room that is only an invitation yet, or that is being joined. Who invites is the server's word until then. */
export const InvitationScreen = ({ room }: { readonly room: RoomView }) => {
  const t = useTranslations('invitation')
  const format = useFormatter()
  const now = useNow({ updateInterval: 60_000 })
  if (room.state.kind !== 'invited') return <Joining />
  const { inviter, timeMs } = room.state
  return (
    <div className={styles.screen}>
      <div className={styles.card}>
        <span className={styles.sign}>
          <Icon name="mail" size={28} />
        </span>
        <h1 className={styles.title}>{t('title')}</h1>
        <p className={styles.from}>
          {inviter === null ? t('fromUnknown') : t.rich('from', { name: inviter, ...emphasized })}{' '}
          <span className={styles.tag}>{t('unverified')}</span>
        </p>
        <p className={styles.time}>
          <time dateTime={new Date(timeMs).toISOString()}>
            {t('time', { when: format.relativeTime(Math.min(timeMs, now.getTime()), now) })}
          </time>
        </p>
        {inviter !== null && <MayContinue inviter={inviter} />}
        <Facts />
        <Choices room={room.id} inviter={inviter} />
      </div>
    </div>
  )
}
