import type { RoomView } from '@sotto/client'
import type { ReactElement } from 'react'
import { useTranslations } from 'use-intl'
import { useLocation } from 'wouter'
import { useClientState } from '../../client/ClientContext.tsx'
import { isEnded } from '../../client/standing.ts'
import { Button } from '../../ui/Button.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { FrozenNotice } from './FrozenNotice.tsx'
import { RepairingNotice } from './RepairingNotice.tsx'
import styles from './RoomNotice.module.css'
import { useAnnouncedState } from './useAnnouncedState.ts'

const RefoundedNotice = ({ successor }: { readonly successor: string }) => {
  const t = useTranslations('conversation')
  const [, navigate] = useLocation()
  const next = useClientState(({ rooms }) => rooms.find(({ id }) => id === successor))
  return (
    <Notice
      tone="accent"
      icon="renew"
      announce="never"
      action={
        next !== undefined && (
          <Button size="small" look="primary" onClick={() => navigate(`/room/${successor}`)}>
            {t('refoundedGo')}
          </Button>
        )
      }
    >
      <strong>{t('refoundedTitle')}</strong>{' '}
      {next === undefined || isEnded(next.state) ? t('refoundedGone') : t('refoundedText')}
    </Notice>
  )
}

interface RoomNoticeProps {
  readonly room: RoomView
  /** What is said of an invitation to a room that the user was in before. */
  readonly invitation: ReactElement
}

const Words = ({ room, invitation }: RoomNoticeProps): ReactElement | null => {
  const t = useTranslations('conversation')
  const { state } = room
  switch (state.kind) {
    case 'behind':
      return (
        <Notice tone="neutral" icon="clock">
          {t('behind', { missing: state.missing })}
        </Notice>
      )
    case 'repairing':
      return <RepairingNotice room={room} state={state} />
    case 'frozen':
      return <FrozenNotice room={room} state={state} />
    case 'refounded':
      return <RefoundedNotice successor={state.successor} />
    case 'removed':
    case 'left':
      return (
        <Notice tone="neutral" icon="leave" announce="never">
          {t(`${state.kind}Text`)}
        </Notice>
      )
    case 'invited':
    case 'joining':
      return invitation
    case 'active':
      return null
  }
}

/** What is unusual about the room, above or in place of the field one writes in. */
export const RoomNotice = (props: RoomNoticeProps) => {
  useAnnouncedState(props.room.state)
  return (
    <div className={styles.place}>
      <Words {...props} />
    </div>
  )
}
