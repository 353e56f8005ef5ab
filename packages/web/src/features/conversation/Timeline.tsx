import type { RoomView } from '@sotto/client'
import { useEffect, useMemo, useRef, useState } from 'react'
import { useTranslations } from 'use-intl'
import { Virtualizer } from 'virtua'
import { FailureText } from '../../client/FailureText.tsx'
import type { Failure } from '../../client/failure.ts'
import type { ReadyTimeline } from '../../client/useTimeline.ts'
import { useAnswer } from '../../registry/Workspace.tsx'
import type { SpokenItem } from '../../registry/messageAction.ts'
import { Button } from '../../ui/Button.tsx'
import { Icon } from '../../ui/Icon.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { usePresent } from '../../ui/present.ts'
import { undirected } from '../../ui/undirected.ts'
import { FoldsProvider } from './folds.tsx'
import { MessageActionsProvider } from './messageActions/MessageActions.tsx'
import { MessageMenu } from './messageActions/MessageMenu.tsx'
import { MessageOutcome } from './messageActions/MessageOutcome.tsx'
import { useMessageKeys } from './messageActions/useMessageKeys.ts'
import { useMessagePointer } from './messageActions/useMessagePointer.ts'
import type { WaitsFor } from './MessageRow.tsx'
import type { Place } from './places.ts'
import { firstUnreadOf, rowAt, rowsOf, seqOf, stretchOf } from './rows.ts'
import type { Row } from './rows.ts'
import { RowView } from './RowView.tsx'
import styles from './Timeline.module.css'
import { useAnnouncedMessages } from './useAnnouncedMessages.ts'
import type { TimelineActions } from './timelineActions.ts'
import { UnreadBar } from './UnreadBar.tsx'
import { useCopied } from './useCopied.ts'
import type { useReading } from './useReading.ts'
import { useScrolledList } from './useScrolledList.ts'
import type { RowPlace } from './useScrolledList.ts'

/** What stays visible above the row at which one begins. */
const startMarginPx = 24

/** Where the list begins: at the place where it was left, else at what is new, else at its end. */
const startOf = (rows: readonly Row[], place: Place | null): RowPlace | null => {
  if (place === null) {
    const unread = rows.findIndex((row) => row.kind === 'unread')
    return unread < 0 ? null : { index: unread, offsetPx: -startMarginPx }
  }
  if (place.kind === 'end') return null
  const index = rowAt(rows, place.seq)
  return index < 0 ? null : { index, offsetPx: place.offsetPx }
}

interface TimelineProps {
  readonly room: RoomView
  readonly timeline: ReadyTimeline
  /** Where the reader was when the list was last on the page; null begins anew. */
  readonly placeAtStart: () => Place | null
  /** The read marker behind which the line stands, decided when the room is opened: it must not move while they read. */
  readonly newFrom: number | null
  readonly reading: ReturnType<typeof useReading>
  readonly waiting: WaitsFor
  readonly actions: TimelineActions
}

/** The rows of what is loaded, and the list that keeps its reader's place in them. */
const useRows = ({ timeline, placeAtStart, newFrom, reading, actions }: TimelineProps) => {
  const { window, older, newer, ownTurn } = timeline
  const { items, hasOlder, hasNewer } = window
  const { timeZone } = usePresent()
  const firstUnread = newFrom === null ? null : firstUnreadOf(window, newFrom)
  const rows = useMemo(
    () => rowsOf({ items, hasOlder }, firstUnread, timeZone),
    [items, hasOlder, firstUnread, timeZone],
  )
  const [start] = useState(() => startOf(rows, placeAtStart()))
  const [isPastUnread, setPastUnread] = useState(false)
  const list = useScrolledList({
    length: rows.length,
    start,
    hasNewer,
    ownTurn,
    onNearStart: () => {
      if (hasOlder && older.kind === 'idle') actions.onOlder()
    },
    onNearEnd: () => {
      if (newer.kind === 'idle') actions.onNewer()
    },
    onShown: (shown) => {
      const stretch = stretchOf(rows, shown, hasOlder)
      if (stretch === null) return
      if (shown.isWatched) reading.sawStretch(stretch)
      setPastUnread(stretch.after > reading.markerOf())
    },
    onAtEnd: actions.onTrim,
    anchorAt: (index) => {
      const later = rows.findIndex((row, at) => at >= index && seqOf(row) !== null)
      return later < 0 ? index : later
    },
    onPlace: ({ index, offsetPx }, isAtEnd) => {
      const seq = seqOf(rows[index])
      if (seq === null) actions.onPlace({ kind: 'end' })
      else actions.onPlace(isAtEnd ? { kind: 'end', top: { seq, offsetPx } } : { kind: 'at', seq, offsetPx })
    },
  })
  return { rows, isPastUnread, list }
}

/** Has the end of the room shown for what one writes, and older messages loaded where there are too few to scroll. */
const useEnds = (
  { window, ownTurn }: ReadyTimeline,
  rowCount: number,
  { onEnd, onOlder }: TimelineActions,
) => {
  const { hasOlder, hasNewer } = window
  const turnEnded = useRef(ownTurn)
  useEffect(() => {
    if (ownTurn === turnEnded.current) return
    turnEnded.current = ownTurn
    if (hasNewer) onEnd()
  }, [ownTurn, hasNewer, onEnd])
  useEffect(() => {
    if (hasOlder && rowCount < 2) onOlder()
  }, [hasOlder, rowCount, onOlder])
}

const NewerFailed = ({ failure, onNewer }: { readonly failure: Failure; readonly onNewer: () => void }) => {
  const t = useTranslations('conversation')
  const again = useTranslations()('tryAgain')
  return (
    <div className={styles.problem}>
      <Notice
        tone="danger"
        icon="warning"
        action={
          <Button size="small" onClick={onNewer}>
            {again}
          </Button>
        }
      >
        {t('newerFailed')} <FailureText failure={failure} />
      </Notice>
    </div>
  )
}

const ToLatest = ({ unread, onPress }: { readonly unread: number; readonly onPress: () => void }) => {
  const t = useTranslations('conversation')
  const count = t('latestCount', { count: unread })
  return (
    <button
      type="button"
      className={styles.latest}
      aria-label={unread > 0 ? `${t('latest')}, ${count}` : t('latest')}
      onClick={onPress}
    >
      {unread > 0 && <span className={styles.count}>{count}</span>}
      <Icon name="down" size={18} />
    </button>
  )
}

const Rows = (props: TimelineProps) => {
  const { room, timeline, reading, waiting, actions } = props
  const t = useTranslations('conversation')
  const { window, older, newer } = timeline
  const { rows, isPastUnread, list } = useRows(props)
  const { scroller, list: virtual, atEnd, toEnd, onScroll, onResize } = list
  const onCopy = useCopied(rows)
  const onMessageKey = useMessageKeys()
  const onPointer = useMessagePointer()
  const toLatest = () => (window.hasNewer ? actions.onEnd() : toEnd())
  useEnds(timeline, rows.length, actions)
  useAnnouncedMessages(window)
  useAnswer('latest', toLatest)

  return (
    <div className={styles.frame}>
      {isPastUnread && room.unread > 0 && (
        <UnreadBar
          count={room.unread}
          onGo={() => actions.onUnread(reading.markerOf())}
          onRead={actions.onReadAll}
        />
      )}
      <div
        ref={scroller}
        className={styles.scroller}
        role="region"
        aria-label={t('messages', { room: undirected(room.name) })}
        tabIndex={0}
        onCopy={onCopy}
        onKeyDown={onMessageKey}
        {...onPointer}
      >
        <div className={styles.rest} />
        <Virtualizer
          ref={virtual}
          scrollRef={scroller}
          as="ol"
          item="li"
          bufferSize={600}
          shift={window.changed === 'start'}
          onScroll={onScroll}
          onResize={onResize}
        >
          {rows.map((row, index) => (
            <div key={row.id} className={styles.row} data-row={index} data-last={index === rows.length - 1}>
              <RowView
                row={row}
                room={room}
                window={window}
                older={older}
                waiting={waiting}
                actions={actions}
              />
            </div>
          ))}
        </Virtualizer>
      </div>
      {newer.kind === 'failed' && <NewerFailed failure={newer.failure} onNewer={actions.onNewer} />}
      <MessageOutcome />
      <MessageMenu />
      {!atEnd && <ToLatest unread={room.unread} onPress={toLatest} />}
    </div>
  )
}

/** The messages of a room: a list of any length of which only what is near the eye exists as elements. */
export const Timeline = (props: TimelineProps) => {
  const { items } = props.timeline.window
  const find = (id: string): SpokenItem | null => {
    const item = items.find((one) => one.id === id)
    return item?.kind === 'message' || item?.kind === 'hook' ? item : null
  }
  return (
    <FoldsProvider>
      <MessageActionsProvider room={props.room} find={find}>
        <Rows {...props} />
      </MessageActionsProvider>
    </FoldsProvider>
  )
}
