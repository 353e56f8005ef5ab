import type { RoomView } from '@sotto/client'
import { useRef } from 'react'
import { useClient } from '../../client/ClientContext.tsx'
import { readUpTo, withMarker, withSeen } from './reading.ts'
import type { Stretch } from './reading.ts'

/** Moves the read marker of a room over what has been on the screen without a gap. */
export const useReading = (room: RoomView) => {
  const client = useClient()
  const reading = useRef(readUpTo(room.readSeq))
  const told = useRef(room.readSeq)
  const isTelling = useRef(false)

  /** One command at a time, however fast somebody scrolls. What is not stored as read is told again at the next look. */
  const tell = async () => {
    if (isTelling.current) return
    isTelling.current = true
    try {
      while (reading.current.marker > told.current) {
        const seq = reading.current.marker
        await client.markRead({ room: room.id, seq })
        told.current = seq
      }
    } catch {
      reading.current = readUpTo(told.current)
    } finally {
      isTelling.current = false
    }
  }

  const sawStretch = (seen: Stretch) => {
    reading.current = withSeen(withMarker(reading.current, room.readSeq), seen)
    void tell()
  }
  const markAll = (seq: number) => {
    reading.current = withMarker(reading.current, seq)
    void tell()
  }
  return { sawStretch, markAll, markerOf: () => Math.max(reading.current.marker, room.readSeq) }
}
