import type { TimelineItem } from '@sotto/client'
import { styled } from './output.ts'
import { printable, printableLine } from './printable.ts'
import { shortTime, timestamp } from './time.ts'

/** A place in a room's log as programs read it; `text` is null where something stands that could not be read. */
export interface MessageRecord {
  readonly room: string
  readonly seq: number
  readonly sender: string | null
  readonly text: string | null
  readonly time: string
}

/** @returns undefined for what is no message, or has no place in the log yet */
export const messageRecord = (room: string, item: TimelineItem): MessageRecord | undefined => {
  switch (item.kind) {
    case 'message':
      return item.seq === null
        ? undefined
        : { room, seq: item.seq, sender: item.sender.name, text: item.text, time: timestamp(item.timeMs) }
    case 'unreadable':
      return { room, seq: item.seq, sender: null, text: null, time: timestamp(item.timeMs) }
    case 'event':
      return undefined
  }
}

/**
 * Up to where a room has been read with this page. At the end of the log stand own messages that the server has
 * acknowledged and the log does not show yet: what others have written before them is still to come.
 */
export const readUpTo = (items: readonly TimelineItem[], place: 'inside' | 'end'): number =>
  items
    .filter((item) => place === 'inside' || item.kind !== 'message' || !item.sender.own)
    .reduce((seq, item) => Math.max(seq, item.seq ?? 0), 0)

type Event = Extract<TimelineItem, { kind: 'event' }>

const eventText = ({ actor, event }: Event): string => {
  const who = actor.own ? 'You' : printableLine(actor.name)
  const have = actor.own ? 'have' : 'has'
  switch (event.kind) {
    case 'created':
      return `${who} ${have} made the room`
    case 'added':
      return `${who} ${have} invited ${printableLine(event.name)}`
    case 'removed':
      return `${who} ${have} removed ${printableLine(event.name)}`
    case 'left':
      return `${who} ${have} left`
    case 'renamed':
      return `${who} ${have} named the room ${printableLine(event.name)}`
  }
}

/** An item as people read it; further lines of a text stand under its first one. */
export const itemText = (item: TimelineItem): string => {
  const time = `${shortTime(item.timeMs)} `
  const gap = ' '.repeat(time.length)
  switch (item.kind) {
    case 'message': {
      const name = printableLine(item.sender.name)
      const who = styled(item.sender.own ? 'green' : 'cyan', item.sender.own ? `${name} (you)` : name)
      return `${styled('dim', time)}${who}: ${printable(item.text).replaceAll('\n', `\n${gap}`)}`
    }
    case 'event':
      return styled('dim', `${time}— ${eventText(item)}`)
    case 'unreadable':
      return styled('red', `${time}— a message stands here that this device cannot read`)
  }
}
