import { useRef, useState } from 'react'
import { useTranslations } from 'use-intl'
import type { RoomView } from '@sotto/client'
import { FailureText } from '../../client/FailureText.tsx'
import { useCommand } from '../../registry/Workspace.tsx'
import { Button } from '../../ui/Button.tsx'
import { Icon } from '../../ui/Icon.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { standingOf } from '../../client/standing.ts'
import { HookList } from './HookList.tsx'
import styles from './MemberList.module.css'
import { MemberRow } from './MemberRow.tsx'
import type { MemberAct } from './MemberRow.tsx'
import { RemoveMemberDialog } from './RemoveMemberDialog.tsx'
import { RoleDialog } from './RoleDialog.tsx'
import type { Members } from '../../client/useMembers.ts'

/** Who can read the room, and what the reader's own role lets them change about it. */
export const MemberList = ({
  room,
  members: state,
  onReload,
}: {
  readonly room: RoomView
  readonly members: Members
  readonly onReload: () => void
}) => {
  const t = useTranslations('members')
  const again = useTranslations()('tryAgain')
  const invite = useCommand('invite')
  const list = useRef<HTMLUListElement>(null)
  // What was asked last stays while its dialog closes.
  const [asked, setAsked] = useState<{ readonly act: MemberAct; readonly turn: number } | null>(null)
  const [asking, setAsking] = useState(false)
  const ask = (act: MemberAct) => {
    setAsked((last) => ({ act, turn: (last?.turn ?? 0) + 1 }))
    setAsking(true)
  }
  const dialog = { room, open: asking, onClose: () => setAsking(false) }
  const members = state.kind === 'ready' ? state.members : []
  const role = members.find(({ own }) => own)?.role ?? null
  const own = standingOf(room.state) === 'open' ? role : null
  return (
    <div className={styles.list}>
      {invite && (
        <Button icon={invite.icon} wide onClick={invite.run}>
          {t('invite')}
        </Button>
      )}
      {state.kind === 'loading' && (
        <div className={styles.skeletons} role="status" aria-label={t('loading')}>
          {[1, 2, 3].map((line) => (
            <div key={line} className={styles.skeleton} />
          ))}
        </div>
      )}
      {state.kind === 'failed' && (
        <Notice
          tone="danger"
          icon="warning"
          action={
            <Button size="small" onClick={onReload}>
              {again}
            </Button>
          }
        >
          {t('failed')} <FailureText failure={state.failure} />
        </Notice>
      )}
      {state.kind === 'ready' && members.length === 0 && <p className={styles.none}>{t('none')}</p>}
      {members.length > 0 && (
        <ul ref={list} className={styles.members} aria-label={t('title')} tabIndex={-1}>
          {members.map((member) => (
            <MemberRow key={member.account} own={own} member={member} members={members} onAct={ask} />
          ))}
        </ul>
      )}
      <HookList room={room.id} />
      <p className={styles.explain}>
        <Icon name="lock" size={16} />
        {t('explain')}
      </p>
      {asked?.act.kind === 'role' && <RoleDialog key={asked.turn} {...asked.act} {...dialog} />}
      {asked?.act.kind === 'remove' && (
        <RemoveMemberDialog key={asked.turn} member={asked.act.member} list={list} {...dialog} />
      )}
    </div>
  )
}
