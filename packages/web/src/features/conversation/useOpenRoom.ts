import type { RoomView, TimelinePlace } from '@sotto/client'
import { useCallback, useEffect, useRef, useState } from 'react'
import { useClient } from '../../client/ClientContext.tsx'
import { useTimeline } from '../../client/useTimeline.ts'
import { keepPlace, placeIn, placeToOpen, storePlaces } from './places.ts'
import type { Place } from './places.ts'
import { useReading } from './useReading.ts'

/** The place where the reader left, what is unread, or the end: in this order. */
const openingOf = (room: RoomView, place: Place): TimelinePlace => {
  if (place.kind === 'at') return { seq: place.seq }
  return room.unread > 0 ? 'readMarker' : 'newest'
}

/** A room on the screen: which part of it is shown, how far it has been read, and how one moves in it. */
export const useOpenRoom = (room: RoomView) => {
  const client = useClient()
  const [place] = useState(() => placeToOpen(placeIn(room.id), room))
  const { state, loadOlder, loadNewer, reopen, reload, trim } = useTimeline(room.id, openingOf(room, place))
  const reading = useReading(room)
  const ownTurn = state.kind === 'ready' ? state.ownTurn : null

  // The line before what is new goes with the first message of one's own.
  const [line, setLine] = useState(() => ({ marker: room.unread > 0 ? room.readSeq : null, ownTurn }))
  const newFrom = line.ownTurn === ownTurn ? line.marker : null

  useEffect(() => {
    addEventListener('pagehide', storePlaces)
    return () => {
      removeEventListener('pagehide', storePlaces)
      storePlaces()
    }
  }, [])

  const onEnd = useCallback(() => reopen('newest'), [reopen])
  const onUnread = (marker: number) => {
    setLine({ marker, ownTurn })
    reopen({ seq: marker + 1 })
  }
  // A list that is drawn anew begins where it was, not where the room was opened.
  const now = useRef<{ readonly turn: number; readonly place: Place } | null>(null)
  const turn = state.kind === 'ready' ? state.turn : -1
  const placeAtStart = (): Place | null => {
    if (now.current?.turn === turn) return now.current.place
    return turn === 0 && place.kind === 'at' ? place : null
  }
  const onPlace = (next: Place) => {
    now.current = { turn, place: next }
    keepPlace(room.id, next)
  }
  const { markAll } = reading
  const onReadAll = async () => {
    const { items } = await client.timeline({ room: room.id, limit: 1 })
    const seq = items.findLast((item) => item.seq !== null)?.seq
    if (typeof seq === 'number') markAll(seq)
  }
  return {
    placeAtStart,
    state,
    newFrom,
    reading,
    reload,
    onOlder: () => void loadOlder(),
    onNewer: () => void loadNewer(),
    onTrim: trim,
    onPlace,
    onEnd,
    onUnread,
    onReadAll: () => void onReadAll().catch(() => undefined),
  }
}
