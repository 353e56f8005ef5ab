import type { RoomState, RoomView } from '@sotto/client'
import { useState } from 'react'
import { useTranslations } from 'use-intl'
import { useClient } from '../../client/ClientContext.tsx'
import { FailureNotice } from '../../client/FailureNotice.tsx'
import { useAttempt } from '../../client/useAttempt.ts'
import { Button } from '../../ui/Button.tsx'
import { Icon } from '../../ui/Icon.tsx'
import { isolated } from '../../ui/isolated.tsx'
import { Spinner } from '../../ui/Spinner.tsx'
import { BlockDialog } from './BlockDialog.tsx'
import styles from './InvitationNotice.module.css'

type Invited = Extract<RoomState, { kind: 'invited' }>

const Asked = ({ room, state: { inviter } }: { readonly room: string; readonly state: Invited }) => {
  const t = useTranslations('invitation')
  const client = useClient()
  const [isBlocking, setBlocking] = useState(false)
  const accepting = useAttempt()
  const declining = useAttempt()
  const busy = accepting.attempt.kind === 'busy' || declining.attempt.kind === 'busy'
  return (
    <>
      <div className={styles.words}>
        <p>
          <strong>{t('backTitle')}</strong>{' '}
          {inviter === null ? t('fromUnknown') : t.rich('backFrom', { name: inviter, ...isolated })}
        </p>
        <p className={styles.text}>{t('backText')}</p>
        <FailureNotice attempt={accepting.attempt} />
        <FailureNotice attempt={declining.attempt} />
      </div>
      <div className={styles.actions}>
        {inviter !== null && (
          <Button size="small" look="quiet" disabled={busy} onClick={() => setBlocking(true)}>
            {t.rich('block', { name: inviter, ...isolated })}
          </Button>
        )}
        <Button
          size="small"
          busy={declining.attempt.kind === 'busy'}
          disabled={accepting.attempt.kind === 'busy'}
          onClick={() => void declining.run(() => client.decline({ room }))}
        >
          {declining.attempt.kind === 'busy' ? t('declining') : t('decline')}
        </Button>
        <Button
          size="small"
          look="primary"
          busy={accepting.attempt.kind === 'busy'}
          disabled={declining.attempt.kind === 'busy'}
          onClick={() => void accepting.run(() => client.accept({ room }))}
        >
          {accepting.attempt.kind === 'busy' ? t('accepting') : t('accept')}
        </Button>
      </div>
      {inviter !== null && (
        <BlockDialog
          room={room}
          name={inviter}
          open={isBlocking}
          onClose={() => setBlocking(false)}
          onBlocked={() => setBlocking(false)}
        />
      )}
    </>
  )
}

/** An invitation to a room that the user was in before: it stands below the history that the room goes on with. */
export const InvitationNotice = ({ room }: { readonly room: RoomView }) => {
  const t = useTranslations('invitation')
  const { state } = room
  if (state.kind !== 'invited' && state.kind !== 'joining') return null
  return (
    <section className={styles.notice} aria-label={t('backTitle')}>
      {state.kind === 'invited' ? (
        <>
          <Icon name="mail" size={18} />
          <Asked room={room.id} state={state} />
        </>
      ) : (
        <>
          <Spinner size={18} />
          <p role="status">{t('backJoining')}</p>
        </>
      )}
    </section>
  )
}
