import type { Client, ClientEvent, ClientState, TimelineItem } from '../view.ts'
import { type Emit, type Emitter, makeEmitter } from './emitter.ts'
import { messageOf } from './events.ts'

/** Sorts what a client emits by its kind. */
export interface EventDesk {
  readonly on: Emitter['on']
  close(): void
}

type Timeline = Extract<ClientEvent, { kind: 'timeline' }>
type MessageItem = Extract<TimelineItem, { kind: 'message' }>

/** What has been emitted already: after a change of the leading process the client says the same once more. */
interface Emitted {
  /** Up to where in each room. */
  readonly upTo: Map<string, number>
  /** Invitations, with the time that tells a second one from the first. */
  readonly invitations: Map<string, number>
  /** Own messages that have their place. */
  readonly settled: Set<string>
}

/** Own messages whose second telling is still recognised: more are never under way at a time. */
const settledKept = 8192

/** More does not happen between two states; a room that is never shown must not fill the memory. */
const earlyMax = 256

const isFromLog = (item: TimelineItem): boolean => item.kind !== 'message' || !item.sender.own

const emitOwn = (emit: Emit, settled: Set<string>, room: string, item: MessageItem): void => {
  const { id, seq, timeMs, delivery } = item
  switch (delivery.kind) {
    case 'sending':
      return delivery.noSpace && emit('waiting', { room, id, noSpace: delivery.noSpace })
    case 'failed':
      return emit('failed', { room, id, code: delivery.code })
    case 'sent':
      // The client says so when the server has the message, and once more when the log shows it.
      if (seq === null || settled.has(id)) return
      settled.add(id)
      if (settled.size > settledKept) settled.delete(settled.values().next().value ?? id)
      return emit('delivered', { room, id, seq, timeMs })
  }
}

/** Something that stands in the log, and is not an own message. */
const emitLogged = (emit: Emit, room: string, seq: number, item: TimelineItem): void => {
  switch (item.kind) {
    case 'message': {
      const message = messageOf(room, item)
      return message && emit('message', message)
    }
    case 'missed':
    case 'unreadable':
      return emit('missed', { room, seq })
    case 'event': {
      const { event, actor: by } = item
      if (event.kind === 'added') emit('joined', { room, name: event.name, by })
      if (event.kind === 'removed') emit('left', { room, name: event.name, by })
      if (event.kind === 'left' || event.kind === 'declined') emit('left', { room, name: by.name, by })
      return
    }
    case 'hook':
  }
}

const emitItems = (emit: Emit, { upTo, settled }: Emitted, { room, items }: Timeline): void => {
  const before = upTo.get(room) ?? 0
  for (const item of items) {
    if (item.kind === 'message' && item.sender.own) emitOwn(emit, settled, room, item)
    else if (item.seq !== null && item.seq > before) emitLogged(emit, room, item.seq, item)
  }
  const newest = items.filter(isFromLog).reduce((seq, item) => Math.max(seq, item.seq ?? 0), 0)
  upTo.set(room, Math.max(newest, before))
}

const emitChanged = (emit: Emit, { room, items }: Extract<ClientEvent, { kind: 'changed' }>): void => {
  for (const item of items)
    if (item.kind === 'message' && item.seq !== null)
      emit('reactions', { room, id: item.id, seq: item.seq, reactions: item.reactions ?? [] })
}

const emitState = (emit: Emit, invitations: Emitted['invitations'], state: ClientState): void => {
  for (const room of state.rooms) {
    if (room.state.kind !== 'invited' || invitations.get(room.id) === room.state.timeMs) continue
    invitations.set(room.id, room.state.timeMs)
    emit('invited', room)
  }
  emit('state', state)
}

const isShown = (state: ClientState, room: string): boolean =>
  state.rooms.some(({ id, state: { kind } }) => id === room && kind !== 'invited' && kind !== 'joining')

export const eventDeskOf = (client: Client): EventDesk => {
  const { emit, on } = makeEmitter()
  const emitted: Emitted = { upTo: new Map(), invitations: new Map(), settled: new Set() }
  /** What happens in a room is said a moment before the state that shows it: listeners want to know its name. */
  let early: readonly Timeline[] = []

  const hear = (event: ClientEvent): void => {
    switch (event.kind) {
      case 'state': {
        const now = early.filter(({ room }) => isShown(client.state(), room))
        early = early.filter((one) => !now.includes(one))
        for (const one of now) emitItems(emit, emitted, one)
        return emitState(emit, emitted.invitations, event.state)
      }
      case 'timeline':
        if (isShown(client.state(), event.room)) return emitItems(emit, emitted, event)
        early = [...early, event].slice(-earlyMax)
        return
      case 'changed':
        return emitChanged(emit, event)
      case 'discarded':
    }
  }
  return { on, close: client.subscribe(hear) }
}
