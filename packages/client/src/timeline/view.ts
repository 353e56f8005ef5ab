import { toHex } from '@sotto/protocol'
import { type Role as RoleCode, roles } from '@sotto/trust'
import { decodeContent, summaryOf } from '../content/content.ts'
import { additionsOf } from '../content/registry.ts'
import type { OutboxItem } from '../room/state.ts'
import type { Delivery, Role, SenderView, SpaceOwner, TimelineItem } from '../view.ts'
import type { PlacedRecord, ShownRecord } from './project.ts'
import type { RecordedItem } from './record.ts'
import { isItem, standsAlone } from './target.ts'

/** What the timeline needs to know of people: their names, which of them this account is, and which are programs. */
export type SenderOf = (account: Uint8Array, device?: Uint8Array) => SenderView

export const roleNames: Readonly<Record<RoleCode, Role>> = {
  [roles.guest]: 'guest',
  [roles.member]: 'member',
  [roles.admin]: 'admin',
  [roles.owner]: 'owner',
}

/** The id of a message names its device: another member cannot take the place of a message by reusing its id. */
export const messageItemId = (device: Uint8Array, message: Uint8Array): string =>
  `${toHex(device)}.${toHex(message)}`

/** What stands at a place, with what has been said of it where that is known. */
export const itemsOf = (
  { seq, record, marks = [] }: PlacedRecord & Partial<Pick<ShownRecord, 'marks'>>,
  senderOf: SenderOf,
): readonly TimelineItem[] =>
  record.items.flatMap((item, index) => {
    if (!standsAlone(item)) return []
    const shown = itemOf(seq, index, record.timeMs, item, senderOf)
    const hasMore = shown.kind === 'message' && marks.length > 0
    return [hasMore ? { ...shown, ...additionsOf(marks, senderOf) } : shown]
  })

const itemOf = (
  seq: number,
  index: number,
  timeMs: number,
  item: RecordedItem,
  senderOf: SenderOf,
): TimelineItem => {
  switch (item.kind) {
    case 'message':
      return {
        kind: 'message',
        id: messageItemId(item.device, item.message),
        seq,
        sender: senderOf(item.account, item.device),
        text: summaryOf(item.said.content),
        timeMs,
        delivery: { kind: 'sent' },
      }
    case 'event': {
      const actor = senderOf(item.actor)
      const id = `event.${seq}.${index}`
      switch (item.event.kind) {
        case 'created':
        case 'left':
        case 'declined':
        case 'returned':
        case 'renamed':
        case 'rejoined':
        case 'objected':
        case 'refounded':
        case 'hook_added':
        case 'hook_removed':
          return { kind: 'event', id, seq, actor, event: item.event, timeMs }
        case 'added':
        case 'removed': {
          const { name } = senderOf(item.event.account)
          return { kind: 'event', id, seq, actor, event: { kind: item.event.kind, name }, timeMs }
        }
        case 'role': {
          const { name } = senderOf(item.event.account)
          return {
            kind: 'event',
            id,
            seq,
            actor,
            event: { kind: 'role', name, role: roleNames[item.event.role] },
            timeMs,
          }
        }
      }
    }
    case 'hook':
      return {
        kind: 'hook',
        id: `hook.${seq}`,
        seq,
        hook: toHex(item.hook),
        name: item.name,
        text: item.text,
        fault: item.fault,
        timeMs,
      }
    case 'unreadable':
      return { kind: 'unreadable', id: `unreadable.${seq}`, seq, timeMs }
    case 'missed':
      return { kind: 'missed', id: `missed.${seq}`, seq, why: item.why, timeMs }
  }
}

/** Where the server has put a message that the log does not show yet. */
export interface Acknowledged {
  readonly seq: number
  readonly timeMs: number
}

/** What is known of an own message beside the message itself. */
export interface OutboxContext {
  readonly device: Uint8Array
  readonly sender: SenderView
  acknowledged(message: Uint8Array): Acknowledged | undefined
  noSpaceFor(message: Uint8Array): SpaceOwner | undefined
}

/** Own messages that the log does not show yet, without what clients tell each other. */
export const outboxItemsOf = (
  items: readonly OutboxItem[],
  { device, sender, acknowledged, noSpaceFor }: OutboxContext,
): readonly TimelineItem[] =>
  items.flatMap((item): readonly TimelineItem[] => {
    const content = decodeContent(item.content)
    if (!isItem(content)) return []
    const place = acknowledged(item.message)
    return [
      {
        kind: 'message',
        id: messageItemId(device, item.message),
        seq: place?.seq ?? null,
        sender,
        text: summaryOf(content),
        timeMs: place?.timeMs ?? item.composedMs,
        delivery: place ? { kind: 'sent' } : deliveryOf(item, noSpaceFor(item.message)),
      },
    ]
  })

const deliveryOf = ({ stage }: OutboxItem, noSpace: SpaceOwner | undefined): Delivery => {
  switch (stage.kind) {
    case 'queued':
    case 'encrypted':
      return { kind: 'sending', ...(noSpace ? { noSpace } : {}) }
    case 'failed':
      return { kind: 'failed', code: stage.code }
  }
}
