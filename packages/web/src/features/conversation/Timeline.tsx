import type { RoomView, TimelineItem } from '@sotto/client'
import { useCallback, useEffect, useImperativeHandle, useMemo, useRef, useState } from 'react'
import type { Ref } from 'react'
import { useTranslations } from 'use-intl'
import { Virtualizer } from 'virtua'
import { useClient } from '../../client/ClientContext.tsx'
import type { TimelineWindow } from '../../client/timelineWindow.ts'
import { FailureText } from '../../client/FailureText.tsx'
import { useAttempt } from '../../client/useAttempt.ts'
import type { OlderState } from '../../client/useTimeline.ts'
import { Icon } from '../../ui/Icon.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { HookRow } from './HookRow.tsx'
import { MessageRow } from './MessageRow.tsx'
import type { WaitsFor } from './MessageRow.tsx'
import { MissedRow } from './MissedRow.tsx'
import { firstUnreadOf, rowsOf, seqAt } from './rows.ts'
import type { Row } from './rows.ts'
import styles from './Timeline.module.css'
import { DayRow, EventRow, UnreadableRow, UnreadRow } from './TimelineRow.tsx'
import { TopRow } from './TopRow.tsx'
import { useAnnouncedMessages } from './useAnnouncedMessages.ts'
import { useScrolledList } from './useScrolledList.ts'

export interface TimelineHandle {
  /** Goes to the newest message. */
  readonly toLatest: () => void
}

const newestOwn = (items: readonly TimelineItem[]): string | null => {
  const own = items.findLast((item) => item.kind === 'message' && item.sender.own)
  return own?.id ?? null
}

/** The messages of a room: a list of any length of which only what is near the eye exists as elements. */
export const Timeline = ({
  ref,
  room,
  window,
  older,
  waiting,
  onOlder,
  onTrim,
  onInvite,
}: {
  readonly ref: Ref<TimelineHandle>
  readonly room: RoomView
  readonly window: TimelineWindow
  readonly older: OlderState
  readonly waiting: WaitsFor
  readonly onOlder: () => void
  readonly onTrim: () => void
  readonly onInvite: (() => void) | null
}) => {
  const t = useTranslations('conversation')
  const client = useClient()
  const { items } = window

  // Where the reader left off, decided when the room is opened: the divider must not move while they read.
  const [opened] = useState(() => ({
    firstUnread: room.unread > 0 ? firstUnreadOf(items, room.readSeq) : null,
    newestOwn: newestOwn(items),
  }))
  const own = newestOwn(items)
  const ownTurn = own === opened.newestOwn ? null : own
  const firstUnread = ownTurn === null ? opened.firstUnread : null

  const rows = useMemo(() => rowsOf(items, firstUnread), [items, firstUnread])
  const unreadIndex = rows.findIndex((row) => row.kind === 'unread')

  const readSeq = useRef(room.readSeq)
  const { scroller, list, atEnd, toEnd, onScroll, onResize } = useScrolledList({
    length: rows.length,
    startIndex: unreadIndex < 0 ? null : unreadIndex,
    ownTurn,
    onNearStart: () => {
      if (window.more && older.kind === 'idle') onOlder()
    },
    onSeen: (index) => {
      const seq = seqAt(rows, index)
      if (seq === null || seq <= readSeq.current) return
      readSeq.current = seq
      // What is not stored as read now is read again at the next look.
      client.markRead({ room: room.id, seq }).catch(() => (readSeq.current = room.readSeq))
    },
    onAtEnd: onTrim,
  })

  useAnnouncedMessages(items)
  useImperativeHandle(ref, () => ({ toLatest: toEnd }))

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
    if (window.more && rows.length < 2) onOlder()
  }, [window.more, rows.length, onOlder])

  const draw = (row: Row) => {
    switch (row.kind) {
      case 'top':
        return (
          <TopRow
            room={room.id}
            name={room.name}
            more={window.more}
            older={older}
            onOlder={onOlder}
            onInvite={onInvite}
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
      <div
        ref={scroller}
        className={styles.scroller}
        role="region"
        aria-label={t('messages', { room: room.name })}
        tabIndex={0}
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
            <div key={row.id} className={styles.row} data-last={index === rows.length - 1}>
              {draw(row)}
            </div>
          ))}
        </Virtualizer>
      </div>
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
          onClick={toEnd}
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
