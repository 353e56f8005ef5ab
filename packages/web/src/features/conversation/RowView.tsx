import type { RoomView, TimelineWindow } from '@sotto/client'
import type { PageState } from '../../client/useTimeline.ts'
import { HookRow } from './HookRow.tsx'
import { MessageRow } from './MessageRow.tsx'
import type { WaitsFor } from './MessageRow.tsx'
import { MissedRow } from './MissedRow.tsx'
import { isBeginning } from './rows.ts'
import type { Row } from './rows.ts'
import type { TimelineActions } from './timelineActions.ts'
import { DayRow, EventRow, UnreadableRow, UnreadRow } from './TimelineRow.tsx'
import { TopRow } from './TopRow.tsx'

/** One row of a conversation, by what it is. */
export const RowView = ({
  row,
  room,
  window,
  older,
  waiting,
  actions,
}: {
  readonly row: Row
  readonly room: RoomView
  readonly window: TimelineWindow
  readonly older: PageState
  readonly waiting: WaitsFor
  readonly actions: Pick<TimelineActions, 'onOlder'>
}) => {
  switch (row.kind) {
    case 'top':
      return (
        <TopRow
          room={room.id}
          name={room.name}
          more={window.hasOlder}
          isBeginning={isBeginning(window.items)}
          older={older}
          onOlder={actions.onOlder}
        />
      )
    case 'day':
      return <DayRow timeMs={row.timeMs} />
    case 'unread':
      return <UnreadRow />
    case 'message':
      return <MessageRow item={row.item} place={row.place} waiting={waiting} />
    case 'event':
      return <EventRow room={room.id} item={row.item} />
    case 'hook':
      return <HookRow item={row.item} />
    case 'missed':
      return <MissedRow id={row.id} items={row.items} />
    case 'unreadable':
      return <UnreadableRow count={row.count} />
  }
}
