import { type HookFault, hasSomethingToSee, type ReactionView, type TimelineItem } from '@sotto/client'
import { styled } from './output.ts'
import { printable, printableLine } from './printable.ts'
import { reactionsText } from './reactions.ts'
import { shortTime, timestamp } from './time.ts'

/**
 * A place in a room's log as programs read it; `text` is null where something stands that could not be read. Where
 * this device has no key for it and knows why, `missed` says so: it was sent from here before the device was set back
 * (`own`), or by others while the device had lost its place (`absent`). What a script has posted has no sender: `hook` is
 * the name it came under, and `fault` why nothing of it is shown.
 */
export interface MessageRecord {
  readonly room: string
  readonly seq: number
  readonly sender: string | null
  readonly text: string | null
  readonly time: string
  /** Whether a program said it; of a message only. */
  readonly isBot?: boolean
  /** Of a message that has some, as they stood when it was read. */
  readonly reactions?: readonly ReactionView[]
  readonly missed?: 'own' | 'absent'
  readonly hook?: string
  readonly fault?: HookFault
}

/** @returns undefined for what is no message, or has no place in the log yet */
export const messageRecord = (room: string, item: TimelineItem): MessageRecord | undefined => {
  switch (item.kind) {
    case 'message':
      return item.seq === null
        ? undefined
        : {
            room,
            seq: item.seq,
            sender: item.sender.name,
            text: item.text,
            isBot: item.sender.isBot,
            time: timestamp(item.timeMs),
            ...(item.reactions ? { reactions: item.reactions } : {}),
          }
    case 'unreadable':
      return { room, seq: item.seq, sender: null, text: null, time: timestamp(item.timeMs) }
    case 'missed':
      return {
        room,
        seq: item.seq,
        sender: null,
        text: null,
        time: timestamp(item.timeMs),
        missed: item.why,
      }
    case 'hook':
      return {
        room,
        seq: item.seq,
        sender: null,
        text: item.text,
        time: timestamp(item.timeMs),
        hook: item.name,
        ...(item.fault === null ? {} : { fault: item.fault }),
      }
    case 'event':
      return undefined
  }
}

type Event = Extract<TimelineItem, { kind: 'event' }>

const eventText = ({ actor, event }: Event): string => {
  const who = actor.own ? 'You' : printableLine(actor.name)
  const have = actor.own ? 'have' : 'has'
  switch (event.kind) {
    case 'created':
      return `${who} ${have} created the room`
    case 'added':
      return `${who} ${have} invited ${printableLine(event.name)}`
    case 'removed':
      return `${who} ${have} removed ${printableLine(event.name)}`
    case 'declined':
      return `${who} ${have} declined the invitation`
    case 'returned':
      return `${who} ${have} come back`
    case 'left':
      return `${who} ${have} left`
    case 'renamed':
      return `${who} ${have} named the room ${printableLine(event.name)}`
    case 'role':
      return `${who} ${have} given ${printableLine(event.name)} the role ${event.role}`
    case 'rejoined':
      return `${who} ${have} rejoined with new keys`
    case 'objected':
      return actor.own
        ? `This device rejected a change to this room (rule ${printableLine(event.rule)})`
        : `A device of ${who} rejected a change to this room (rule ${printableLine(event.rule)})`
    case 'hook_added':
      return `${who} ${have} let a script post ${event.reads ? 'and read ' : ''}here as hook ${printableLine(event.name)}`
    case 'hook_removed':
      return `${who} ${have} removed hook ${printableLine(event.name)}`
    case 'refounded':
      return `${who} ${have} started this room again; it continues an earlier one that was damaged`
  }
}

const missedText = {
  own: 'a message that you sent before this device was restored to an older state; the others can read it',
  absent: 'a message that was sent while this device had lost its keys; the others can read it',
} as const

/** Never like a person: people have no brackets around their names. */
export const hookTitle = (name: string): string =>
  name === '' ? '[unknown hook]' : `[hook ${printableLine(name)}]`

/** What somebody has said, its further lines under the first one. */
const said = (text: string, gap: string): string =>
  hasSomethingToSee(text) ? printable(text).replaceAll('\n', `\n${gap}`) : styled('dim', '(empty message)')

/** An item as people read it; further lines of a text stand under its first one. */
export const itemText = (item: TimelineItem): string => {
  const time = `${shortTime(item.timeMs)} `
  const gap = ' '.repeat(time.length)
  switch (item.kind) {
    case 'message': {
      const name = printableLine(item.sender.name)
      const mark = item.sender.own ? ' (you)' : item.sender.isBot ? ' (bot)' : ''
      const who = styled(item.sender.own ? 'green' : 'cyan', `${name}${mark}`)
      const reactions = item.reactions ? `\n${gap}${reactionsText(item.reactions)}` : ''
      return `${styled('dim', time)}${who}: ${said(item.text, gap)}${reactions}`
    }
    case 'event':
      return styled('dim', `${time}— ${eventText(item)}`)
    case 'hook': {
      const who = hookTitle(item.name)
      return item.text === null
        ? styled('red', `${time}— ${who}: a post is not shown (${item.fault})`)
        : `${styled('dim', time)}${styled('yellow', who)}: ${said(item.text, gap)}`
    }
    case 'missed':
      return styled('dim', `${time}— ${missedText[item.why]}`)
    case 'unreadable':
      return styled('red', `${time}— a message here cannot be read on this device`)
  }
}
