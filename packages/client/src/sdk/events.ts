import type { FailureCode } from '@sotto/protocol'
import type { ReactionView } from '../content/react/reactions.ts'
import type {
  Client,
  ClientEvent,
  ClientState,
  RoomView,
  SenderView,
  SpaceOwner,
  TimelineItem,
} from '../view.ts'

/** A message with its place in a room. */
export interface Message {
  readonly room: string
  /** Stays the same for ever; no other message has it. */
  readonly id: string
  /** Its place in the room's log: later messages have higher ones. */
  readonly seq: number
  readonly sender: SenderView
  readonly text: string
  readonly timeMs: number
  /** What people say about it with emoji, as it stood when it was read; absent: nothing. */
  readonly reactions?: readonly ReactionView[]
}

/** @returns undefined for what is no message, or has no place in the log yet */
export const messageOf = (room: string, item: TimelineItem): Message | undefined => {
  if (item.kind !== 'message' || item.seq === null) return undefined
  const { id, seq, sender, text, timeMs, reactions } = item
  return { room, id, seq, sender, text, timeMs, ...(reactions ? { reactions } : {}) }
}

/** What happens while a client is open. */
export interface SottoEvents {
  /** Somebody else has said something: once for each message, in the order of the room. */
  readonly message: Message
  /** A message sent from here has its place in the room. */
  readonly delivered: {
    readonly room: string
    readonly id: string
    readonly seq: number
    readonly timeMs: number
  }
  /** The server has no space for a message sent from here: whose it is. It is kept and sent again by itself. */
  readonly waiting: { readonly room: string; readonly id: string; readonly noSpace: SpaceOwner }
  /** A message sent from here was refused, and why. */
  readonly failed: { readonly room: string; readonly id: string; readonly code: FailureCode }
  /** The reactions to a message are others now: all that it has. */
  readonly reactions: {
    readonly room: string
    readonly id: string
    readonly seq: number
    readonly reactions: readonly ReactionView[]
  }
  /** `name` has been brought into the room. */
  readonly joined: { readonly room: string; readonly name: string; readonly by: SenderView }
  /** `name` is out of the room: by their own wish, or `by` somebody else. */
  readonly left: { readonly room: string; readonly name: string; readonly by: SenderView }
  /** A message stands here that this device cannot read. */
  readonly missed: { readonly room: string; readonly seq: number }
  /** Somebody invites this account; `accept` or `decline` answers. */
  readonly invited: RoomView
  /** Account, connection or rooms are others now. */
  readonly state: ClientState
}

type Listener<Kind extends keyof SottoEvents> = (event: SottoEvents[Kind]) => void

/** Sorts what a client tells by its kind. */
export interface EventDesk {
  /** @returns a function that ends listening */
  on<Kind extends keyof SottoEvents>(kind: Kind, listener: Listener<Kind>): () => void
  close(): void
}

type Timeline = Extract<ClientEvent, { kind: 'timeline' }>

/** More does not happen between two states; a room that is never shown must not fill the memory. */
const earlyMax = 256

/** Own messages whose second telling is still recognised: more are never under way at a time. */
const settledKept = 8192

export const eventDeskOf = (client: Client): EventDesk => {
  const listeners: { [Kind in keyof SottoEvents]: Set<Listener<Kind>> } = {
    message: new Set(),
    delivered: new Set(),
    waiting: new Set(),
    failed: new Set(),
    reactions: new Set(),
    joined: new Set(),
    left: new Set(),
    missed: new Set(),
    invited: new Set(),
    state: new Set(),
  }
  /** Up to where each room has been told: after a change of the leading process the same is told again. */
  const told = new Map<string, number>()
  /** Invitations that have been told, with the time that tells a second one from the first. */
  const invitations = new Map<string, number>()
  const settled = new Set<string>()

  const tell = <Kind extends keyof SottoEvents>(kind: Kind, event: SottoEvents[Kind]): void => {
    for (const listener of listeners[kind]) listener(event)
  }

  const tellOwn = (room: string, item: Extract<TimelineItem, { kind: 'message' }>): void => {
    const { id, seq, timeMs, delivery } = item
    switch (delivery.kind) {
      case 'sending':
        return delivery.noSpace && tell('waiting', { room, id, noSpace: delivery.noSpace })
      case 'failed':
        return tell('failed', { room, id, code: delivery.code })
      case 'sent':
        // Told when the server has it, and once more when the log shows it.
        if (seq === null || settled.has(id)) return
        settled.add(id)
        if (settled.size > settledKept) settled.delete(settled.values().next().value ?? id)
        return tell('delivered', { room, id, seq, timeMs })
    }
  }

  const tellItem = (room: string, item: TimelineItem): void => {
    if (item.kind === 'message' && item.sender.own) return tellOwn(room, item)
    if (item.seq === null || item.seq <= (told.get(room) ?? 0)) return
    switch (item.kind) {
      case 'message': {
        const message = messageOf(room, item)
        return message && tell('message', message)
      }
      case 'missed':
      case 'unreadable':
        return tell('missed', { room, seq: item.seq })
      case 'event': {
        const { event, actor: by } = item
        if (event.kind === 'added') tell('joined', { room, name: event.name, by })
        if (event.kind === 'removed') tell('left', { room, name: event.name, by })
        if (event.kind === 'left' || event.kind === 'declined') tell('left', { room, name: by.name, by })
        return
      }
      case 'hook':
    }
  }

  const isFromLog = (item: TimelineItem): boolean => item.kind !== 'message' || !item.sender.own

  const tellState = (state: ClientState): void => {
    for (const room of state.rooms) {
      if (room.state.kind !== 'invited' || invitations.get(room.id) === room.state.timeMs) continue
      invitations.set(room.id, room.state.timeMs)
      tell('invited', room)
    }
    tell('state', state)
  }

  const tellItems = ({ room, items }: Timeline): void => {
    for (const item of items) tellItem(room, item)
    const newest = items.filter(isFromLog).reduce((seq, item) => Math.max(seq, item.seq ?? 0), 0)
    told.set(room, Math.max(newest, told.get(room) ?? 0))
  }

  const tellChanged = ({ room, items }: Extract<ClientEvent, { kind: 'changed' }>): void => {
    for (const item of items)
      if (item.kind === 'message' && item.seq !== null)
        tell('reactions', { room, id: item.id, seq: item.seq, reactions: item.reactions ?? [] })
  }

  /** What happens in a room is told a moment before the state that shows it: listeners want to know its name. */
  let early: readonly Timeline[] = []
  const isShown = ({ room }: Timeline): boolean =>
    client
      .state()
      .rooms.some(({ id, state }) => id === room && state.kind !== 'invited' && state.kind !== 'joining')

  const hear = (event: ClientEvent): void => {
    switch (event.kind) {
      case 'state': {
        const now = early.filter(isShown)
        early = early.filter((one) => !now.includes(one))
        for (const one of now) tellItems(one)
        return tellState(event.state)
      }
      case 'timeline':
        if (isShown(event)) return tellItems(event)
        early = [...early, event].slice(-earlyMax)
        return
      case 'changed':
        return tellChanged(event)
      case 'discarded':
    }
  }
  const unsubscribe = client.subscribe(hear)

  return {
    on: (kind, listener) => {
      const own = listeners[kind]
      own.add(listener)
      return () => void own.delete(listener)
    },
    close: unsubscribe,
  }
}
