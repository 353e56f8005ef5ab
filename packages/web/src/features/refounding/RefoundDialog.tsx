import type { RoomView } from '@sotto/client'
import { useState } from 'react'
import { useTranslations } from 'use-intl'
import { useClient } from '../../client/ClientContext.tsx'
import { FailureNotice } from '../../client/FailureNotice.tsx'
import { FailureText } from '../../client/FailureText.tsx'
import { useAttempt } from '../../client/useAttempt.ts'
import type { ScreenProps } from '../../registry/screen.ts'
import { useWorkspace } from '../../registry/Workspace.tsx'
import { Avatar } from '../../ui/Avatar.tsx'
import { Button } from '../../ui/Button.tsx'
import { Dialog, DialogActions } from '../../ui/Dialog.tsx'
import { isolated } from '../../ui/isolated.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { Spinner } from '../../ui/Spinner.tsx'
import { troubleOf } from '../../client/trouble.ts'
import { RoleTag } from '../../client/RoleTag.tsx'
import { useMembers } from '../../client/useMembers.ts'
import styles from './RefoundDialog.module.css'

const Along = ({ room }: { readonly room: RoomView }) => {
  const t = useTranslations('refound')
  const member = useTranslations('members')
  const { members } = useMembers(room.id, room.memberCount)
  switch (members.kind) {
    case 'loading':
      return (
        <p className={styles.waiting} role="status">
          <Spinner /> {member('loading')}
        </p>
      )
    case 'failed':
      return (
        <Notice tone="danger" icon="warning">
          {t('alongFailed')} <FailureText failure={members.failure} />
        </Notice>
      )
    case 'ready':
      return (
        <>
          <p>{members.members.length > 1 ? t('alongText') : t('alongNobody')}</p>
          <ul className={styles.members}>
            {members.members.map(({ account, name, own, role }) => (
              <li key={account} className={styles.member}>
                <Avatar id={account} name={name} shape="person" size="small" />
                <span className={styles.who}>
                  <bdi className={styles.name}>{name}</bdi>
                  {own && <span className={styles.you}>{member('you')}</span>}
                </span>
                <RoleTag role={role} />
              </li>
            ))}
          </ul>
        </>
      )
  }
}

const RefoundForm = ({ room, onClose }: { readonly room: RoomView; readonly onClose: () => void }) => {
  const t = useTranslations('refound')
  const cancel = useTranslations()('cancel')
  const client = useClient()
  const { ways } = useWorkspace()
  const { attempt, run } = useAttempt()
  const [agreed, setAgreed] = useState(false)
  const busy = attempt.kind === 'busy'
  const refound = () => run(async () => ways.goTo((await client.refound({ room: room.id })).room, 'instead'))
  return (
    <>
      <section className={styles.part}>
        <h3 className={styles.title}>{t('along')}</h3>
        <Along room={room} />
      </section>
      <section className={styles.part}>
        <h3 className={styles.title}>{t('stays')}</h3>
        <p>{t('staysText')}</p>
      </section>
      <section className={styles.part}>
        <h3 className={styles.title}>{t('fresh')}</h3>
        <p>{t('freshText')}</p>
      </section>
      <label className={styles.consent}>
        <input
          type="checkbox"
          className={styles.box}
          checked={agreed}
          disabled={busy}
          onChange={(event) => setAgreed(event.currentTarget.checked)}
        />
        <span>{t('consent')}</span>
      </label>
      <FailureNotice attempt={attempt} />
      {busy && (
        <p className="visuallyHidden" role="status">
          {t('working')}
        </p>
      )}
      <DialogActions>
        <Button onClick={onClose}>{cancel}</Button>
        <Button look="primary" busy={busy} disabled={!agreed} onClick={() => void refound()}>
          {t('confirm')}
        </Button>
      </DialogActions>
    </>
  )
}

/** Asks an owner whether a damaged room should go on in a new one, after saying what that means. */
export const RefoundDialog = ({ open, onClose }: ScreenProps) => {
  const t = useTranslations()
  const { room } = useWorkspace().situation
  if (room === null) return null
  const { name, state } = room
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={t.rich('refound.title', { room: name, ...isolated })}
      description={
        (state.kind === 'frozen' || state.kind === 'repairing') &&
        t(`trouble.happened.${troubleOf(state.code, state.rule)}`)
      }
      closeLabel={t('close')}
      shape="wide"
      decision
    >
      <RefoundForm room={room} onClose={onClose} />
    </Dialog>
  )
}
