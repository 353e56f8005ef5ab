import type { RoomView } from '@sotto/client'
import type { ReactElement, ReactNode } from 'react'
import { useTranslations } from 'use-intl'
import { FailureText } from '../../client/FailureText.tsx'
import { useWorkspace } from '../../registry/Workspace.tsx'
import { Button } from '../../ui/Button.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { Region } from '../../ui/Region.tsx'
import { standingOf } from '../../client/standing.ts'
import { Composer } from './Composer.tsx'
import { ConversationHeader } from './ConversationHeader.tsx'
import styles from './Conversation.module.css'
import { RoomNotice } from './RoomNotice.tsx'
import { Timeline } from './Timeline.tsx'
import { useOpenRoom } from './useOpenRoom.ts'

const Skeleton = ({ label }: { readonly label: string }) => (
  <div className={styles.skeleton} role="status" aria-label={label}>
    {[38, 62, 24, 50, 70, 30].map((width, index) => (
      <div key={index} className={styles.line} data-own={index % 3 === 2} style={{ width: `${width}%` }} />
    ))}
  </div>
)

/** One room: who is in it, what was said, and where one writes. */
export const Conversation = ({
  room,
  offline,
  connection,
  invitation,
}: {
  readonly room: RoomView
  readonly offline: boolean
  readonly connection: ReactNode
  readonly invitation: ReactElement
}) => {
  const t = useTranslations('conversation')
  const again = useTranslations()('tryAgain')
  const { ways } = useWorkspace()
  const { placeAtStart, state, newFrom, reading, reload, ...actions } = useOpenRoom(room)
  const standing = standingOf(room.state)
  const writable = standing === 'open' || standing === 'mending'

  return (
    <div
      className={styles.conversation}
      onKeyDown={(event) => {
        // A menu is in another place of the page and gives the focus back itself.
        const here = event.currentTarget.contains(event.target as Node)
        if (event.key === 'Escape' && here) ways.ask('write')
      }}
    >
      <Region>
        <ConversationHeader room={room} connection={connection} />
      </Region>
      {state.kind === 'loading' && <Skeleton label={t('loading')} />}
      {state.kind === 'failed' && (
        <div className={styles.failed}>
          <Notice
            tone="danger"
            icon="warning"
            action={
              <Button size="small" onClick={reload}>
                {again}
              </Button>
            }
          >
            {t('failed')} <FailureText failure={state.failure} />
          </Notice>
        </div>
      )}
      {state.kind === 'ready' && (
        <Region key={state.turn}>
          <Timeline
            room={room}
            timeline={state}
            placeAtStart={placeAtStart}
            newFrom={newFrom}
            reading={reading}
            waiting={offline ? 'connection' : standing === 'mending' ? 'room' : 'nothing'}
            actions={actions}
          />
        </Region>
      )}
      <Region>
        <RoomNotice room={room} invitation={invitation} />
      </Region>
      {writable && (
        <Region>
          <Composer room={room} />
        </Region>
      )}
    </div>
  )
}
