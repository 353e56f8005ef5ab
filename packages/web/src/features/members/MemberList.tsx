import type { MemberView } from '@sotto/client'
import { useCallback, useEffect, useState } from 'react'
import { useTranslations } from 'use-intl'
import { useClient } from '../../client/ClientContext.tsx'
import { FailureText } from '../../client/FailureText.tsx'
import { failureOf } from '../../client/failure.ts'
import type { Failure } from '../../client/failure.ts'
import { Avatar } from '../../ui/Avatar.tsx'
import { Button } from '../../ui/Button.tsx'
import { Icon } from '../../ui/Icon.tsx'
import { Notice } from '../../ui/Notice.tsx'
import styles from './MemberList.module.css'

type Members =
  | { readonly kind: 'loading' }
  | { readonly kind: 'failed'; readonly failure: Failure }
  | { readonly kind: 'ready'; readonly members: readonly MemberView[] }

const order = { owner: 0, admin: 1, member: 2, guest: 3 } as const

const listed = (members: readonly MemberView[]): readonly MemberView[] =>
  members.toSorted((a, b) => order[a.role] - order[b.role] || a.name.localeCompare(b.name))

/** `version` changes when the list may have: it is asked for again then, and stays on the screen meanwhile. */
const useMembers = (room: string, version: number) => {
  const client = useClient()
  const [state, setState] = useState<Members>({ kind: 'loading' })
  const load = useCallback(async () => {
    try {
      return { kind: 'ready', members: listed(await client.members({ room })) } as const
    } catch (error) {
      return { kind: 'failed', failure: failureOf(error) } as const
    }
  }, [client, room])
  useEffect(() => {
    let ended = false
    void load().then((next) => {
      if (!ended) setState(next)
    })
    return () => {
      ended = true
    }
  }, [load, version])
  const reload = useCallback(async () => {
    setState({ kind: 'loading' })
    setState(await load())
  }, [load])
  return { state, reload }
}

const Member = ({ member }: { readonly member: MemberView }) => {
  const t = useTranslations('members')
  return (
    <li className={styles.member}>
      <Avatar id={member.account} name={member.name} shape="person" />
      <div className={styles.words}>
        <p className={styles.line}>
          <bdi className={styles.name}>{member.name}</bdi>
          {member.own && <span className={styles.you}>{t('you')}</span>}
        </p>
        {!member.own && (
          <p className={styles.identity} data-identity={member.identity}>
            {member.identity !== 'unverified' && (
              <Icon name={member.identity === 'verified' ? 'check' : 'warning'} size={14} />
            )}
            {t(`identity.${member.identity}`)}
          </p>
        )}
      </div>
      {member.role !== 'member' && <span className={styles.role}>{t(`role.${member.role}`)}</span>}
    </li>
  )
}

/** Who can read the room. */
export const MemberList = ({
  room,
  version,
  onInvite,
}: {
  readonly room: string
  readonly version: number
  readonly onInvite: (() => void) | null
}) => {
  const t = useTranslations('members')
  const again = useTranslations()('tryAgain')
  const { state, reload } = useMembers(room, version)
  return (
    <div className={styles.list}>
      {onInvite && (
        <Button icon="invite" wide onClick={onInvite}>
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
            <Button size="small" onClick={() => void reload()}>
              {again}
            </Button>
          }
        >
          {t('failed')} <FailureText failure={state.failure} />
        </Notice>
      )}
      {state.kind === 'ready' && (
        <ul className={styles.members} aria-label={t('title')}>
          {state.members.map((member) => (
            <Member key={member.account} member={member} />
          ))}
        </ul>
      )}
      <p className={styles.explain}>
        <Icon name="lock" size={16} />
        {t('explain')}
      </p>
    </div>
  )
}
