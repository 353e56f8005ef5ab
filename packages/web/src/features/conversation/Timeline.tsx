import type { RoomView } from '@sotto/client'
import { useCallback, useEffect, useImperativeHandle, useMemo, useRef, useState } from 'react'
import type { Ref } from 'react'
import { useTranslations } from 'use-intl'
import { Virtualizer } from 'virtua'
import { useClient } from '../../client/ClientContext.tsx'
import { FailureText } from '../../client/FailureText.tsx'
import { useAttempt } from '../../client/useAttempt.ts'
import type { ReadyTimeline } from '../../client/useTimeline.ts'
import { Button } from '../../ui/Button.tsx'
import { Icon } from '../../ui/Icon.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { usePresent } from '../../ui/present.ts'
import { undirected } from '../../ui/undirected.ts'
import { HookRow } from './HookRow.tsx'
import { MessageRow } from './MessageRow.tsx'
import type { WaitsFor } from './MessageRow.tsx'
import { MissedRow } from './MissedRow.tsx'
import type { Place } from './places.ts'
import { firstUnreadOf, isBeginning, rowAt, rowsOf, seqOf, stretchOf } from './rows.ts'
import type { Row } from './rows.ts'
import styles from './Timeline.module.css'
import { DayRow, EventRow, UnreadableRow, UnreadRow } from './TimelineRow.tsx'
import { TopRow } from './TopRow.tsx'
import { useAnnouncedMessages } from './useAnnouncedMessages.ts'
import { UnreadBar } from './UnreadBar.tsx'
import { useCopied } from './useCopied.ts'
import type { useReading } from './useReading.ts'
import { useScrolledList } from './useScrolledList.ts'
import type { RowPlace } from './useScrolledList.ts'

/** What stays visible above the row at which one begins. */
const startMarginPx = 24

export interface TimelineActions {
  readonly onOlder: () => void
  readonly onNewer: () => void
  readonly onTrim: () => void
  readonly onPlace: (place: Place) => void
  /** Shows the newest messages. */
  readonly onEnd: () => void
  /** Shows what comes after the read marker. */
  readonly onUnread: (marker: number) => void
  /** Somebody says that they have read everything. */
  readonly onReadAll: () => void
  readonly onInvite: (() => void) | null
}

export interface TimelineHandle {
  /** Goes to the newest message. */
  readonly toLatest: () => void
}

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

/** The messages of a room: a list of any length of which only what is near the eye exists as elements. */
export const Timeline = ({
  ref,
  room,
  timeline,
  placeAtStart,
  newFrom,
  reading,
  waiting,
  actions,
}: {
  readonly ref: Ref<TimelineHandle>
  readonly room: RoomView
  readonly timeline: ReadyTimeline
  /** Where the reader was when the list was last on the page; null begins anew. */
  readonly placeAtStart: () => Place | null
  /** The read marker behind which the line stands, decided when the room is opened: it must not move while they read. */
  readonly newFrom: number | null
  readonly reading: ReturnType<typeof useReading>
  readonly waiting: WaitsFor
  readonly actions: TimelineActions
}) => {
  const t = useTranslations('conversation')
  const again = useTranslations()('tryAgain')
  const client = useClient()
  const { window, older, newer, ownTurn } = timeline
  const { onOlder, onNewer, onTrim, onEnd } = actions
  const { items, hasOlder, hasNewer } = window

  const { timeZone } = usePresent()
  const firstUnread = newFrom === null ? null : firstUnreadOf(window, newFrom)
  const rows = useMemo(
    () => rowsOf({ items, hasOlder }, firstUnread, timeZone),
    [items, hasOlder, firstUnread, timeZone],
  )
  const [start] = useState(() => startOf(rows, placeAtStart()))
  const [isPastUnread, setPastUnread] = useState(false)

  const { scroller, list, atEnd, toEnd, onScroll, onResize } = useScrolledList({
    length: rows.length,
    start,
    hasNewer,
    ownTurn,
    onNearStart: () => {
      if (hasOlder && older.kind === 'idle') onOlder()
    },
    onNearEnd: () => {
      if (newer.kind === 'idle') onNewer()
    },
    onShown: (shown) => {
      const stretch = stretchOf(rows, shown, hasOlder)
      if (stretch === null) return
      if (shown.isWatched) reading.sawStretch(stretch)
      setPastUnread(stretch.after > reading.markerOf())
    },
    onAtEnd: onTrim,
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
  const onCopy = useCopied(rows)
  const toLatest = () => (hasNewer ? onEnd() : toEnd())
  // What one writes stands at the end of the room: it is shown from there on.
  const turnEnded = useRef(ownTurn)
  useEffect(() => {
    if (ownTurn === turnEnded.current) return
    turnEnded.current = ownTurn
    if (hasNewer) onEnd()
  }, [ownTurn, hasNewer, onEnd])

  useAnnouncedMessages(window)
  useImperativeHandle(ref, () => ({ toLatest }))

  const { attempt, run } = useAttempt()
  const onRetry = useCallback(
    (id: string) => void run(() => client.retry({ room: room.id, id })),
    [client, room.id, run],
  )
  const onDiscard = useCallback(
    (id: string) => void run(() => client.discard({ room: room.id, id })),
    [client, room.id, run],
  )

  // Kept here, because a row that scrolls out of sight is gone with everything it knew.
  const [unfolded, setUnfolded] = useState<ReadonlySet<string>>(new Set())
  const onFold = useCallback(
    (id: string, unfold: boolean) =>
      setUnfolded((ids) => new Set(unfold ? [...ids, id] : [...ids].filter((other) => other !== id))),
    [],
  )

  useEffect(() => {
    if (hasOlder && rows.length < 2) onOlder()
  }, [hasOlder, rows.length, onOlder])

  const draw = (row: Row) => {
    switch (row.kind) {
      case 'top':
        return (
          <TopRow
            room={room.id}
            name={room.name}
            more={hasOlder}
            isBeginning={isBeginning(items)}
            older={older}
            onOlder={onOlder}
            onInvite={actions.onInvite}
          />
        )
      case 'day':
        return <DayRow timeMs={row.timeMs} />
      case 'unread':
        return <UnreadRow />
      case 'message':
        return (
          <MessageRow
            item={row.item}
            place={row.place}
            waiting={waiting}
            unfolded={unfolded.has(row.id)}
            onFold={onFold}
            onRetry={onRetry}
            onDiscard={onDiscard}
          />
        )
      case 'event':
        return <EventRow room={room.id} item={row.item} />
      case 'hook':
        return <HookRow item={row.item} unfolded={unfolded.has(row.id)} onFold={onFold} />
      case 'missed':
        return <MissedRow id={row.id} items={row.items} unfolded={unfolded.has(row.id)} onFold={onFold} />
      case 'unreadable':
        return <UnreadableRow count={row.count} />
    }
  }

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
      >
        <div className={styles.rest} />
        <Virtualizer
          ref={list}
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
              {draw(row)}
            </div>
          ))}
        </Virtualizer>
      </div>
      {newer.kind === 'failed' && (
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
            {t('newerFailed')} <FailureText failure={newer.failure} />
          </Notice>
        </div>
      )}
      {attempt.kind === 'failed' && (
        <div className={styles.problem}>
          <Notice tone="danger" icon="warning" announce="at_once">
            <FailureText failure={attempt.failure} />
          </Notice>
        </div>
      )}
      {!atEnd && (
        <button
          type="button"
          className={styles.latest}
          aria-label={
            room.unread > 0 ? `${t('latest')}, ${t('latestCount', { count: room.unread })}` : t('latest')
          }
          onClick={toLatest}
        >
          {room.unread > 0 && (
            <span className={styles.count}>{t('latestCount', { count: room.unread })}</span>
          )}
          <Icon name="down" size={18} />
        </button>
      )}
    </div>
  )
}
