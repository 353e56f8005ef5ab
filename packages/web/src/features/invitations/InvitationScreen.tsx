import type { RoomView } from '@sotto/client'
import { type ReactNode, useState } from 'react'
import { useFormatter, useNow, useTranslations } from 'use-intl'
import { useClient } from '../../client/ClientContext.tsx'
import { FailureText } from '../../client/FailureText.tsx'
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

/** A room that is only an invitation yet, or that is being joined. Who invites is the server's word until then. */
export const InvitationScreen = ({ room }: { readonly room: RoomView }) => {
  const t = useTranslations()
  const format = useFormatter()
  const now = useNow({ updateInterval: 60_000 })
  const client = useClient()
  const { ways } = useWorkspace()
  const onDeclined = () => ways.toList()
  const [isBlocking, setBlocking] = useState(false)
  const accepting = useAttempt()
  const declining = useAttempt()
  const failed = [accepting.attempt, declining.attempt].find((attempt) => attempt.kind === 'failed')
  const busy = accepting.attempt.kind === 'busy' || declining.attempt.kind === 'busy'

  const continued = useMayContinue(room.state.kind === 'invited' ? room.state.inviter : null)

  if (room.state.kind !== 'invited')
    return (
      <div className={styles.screen}>
        <div className={styles.card} role="status">
          <span className={styles.sign}>
            <Spinner size={28} />
          </span>
          <h1 className={styles.title}>{t('invitation.joiningTitle')}</h1>
          <p className={styles.text}>{t('invitation.joiningText')}</p>
        </div>
      </div>
    )

  const { inviter, timeMs } = room.state
  return (
    <div className={styles.screen}>
      <div className={styles.card}>
        <span className={styles.sign}>
          <Icon name="mail" size={28} />
        </span>
        <h1 className={styles.title}>{t('invitation.title')}</h1>
        <p className={styles.from}>
          {inviter === null
            ? t('invitation.fromUnknown')
            : t.rich('invitation.from', { name: inviter, ...emphasized })}{' '}
          <span className={styles.tag}>{t('invitation.unverified')}</span>
        </p>
        <p className={styles.time}>
          <time dateTime={new Date(timeMs).toISOString()}>
            {t('invitation.time', { when: format.relativeTime(Math.min(timeMs, now.getTime()), now) })}
          </time>
        </p>
        {inviter !== null && continued.length > 0 && (
          <div className={styles.hint}>
            <Notice tone="accent" icon="renew">
              {t.rich('invitation.mayContinue', {
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
        )}
        <ul className={styles.facts}>
          <li>
            <Icon name="warning" size={18} />
            {t('invitation.explain')}
          </li>
          <li>
            <Icon name="lock" size={18} />
            {t('invitation.nameHidden')}
          </li>
        </ul>
        {failed?.kind === 'failed' && (
          <Notice tone="danger" icon="warning" announce="at_once">
            <FailureText failure={failed.failure} />
          </Notice>
        )}
        <div className={styles.actions}>
          <Button
            size="large"
            busy={declining.attempt.kind === 'busy'}
            disabled={busy && declining.attempt.kind !== 'busy'}
            onClick={() =>
              void declining.run(async () => {
                await client.decline({ room: room.id })
                onDeclined()
              })
            }
          >
            {declining.attempt.kind === 'busy' ? t('invitation.declining') : t('invitation.decline')}
          </Button>
          <Button
            size="large"
            look="primary"
            busy={accepting.attempt.kind === 'busy'}
            disabled={busy && accepting.attempt.kind !== 'busy'}
            onClick={() => void accepting.run(() => client.accept({ room: room.id }))}
          >
            {accepting.attempt.kind === 'busy' ? t('invitation.accepting') : t('invitation.accept')}
          </Button>
        </div>
        {inviter !== null && (
          <>
            <Button look="quiet" disabled={busy} onClick={() => setBlocking(true)}>
              {t.rich('invitation.block', { name: inviter, ...isolated })}
            </Button>
            <BlockDialog
              room={room.id}
              name={inviter}
              open={isBlocking}
              onClose={() => setBlocking(false)}
              onBlocked={onDeclined}
            />
          </>
        )}
      </div>
    </div>
  )
}
