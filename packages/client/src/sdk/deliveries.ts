import { SottoError } from '@sotto/protocol'
import type { Client, ClientState, SpaceOwner, TimelineItem } from '../view.ts'
import { openWaits } from '../waits.ts'

/** The server has the message, and this is its place in the room's log. */
export interface Delivered {
  readonly id: string
  readonly seq: number
  readonly timeMs: number
}

type Message = Extract<TimelineItem, { kind: 'message' }>

export interface Deliveries {
  /**
   * Sends a text and waits for its acknowledgement, however long the server is away. `stored` tells its id as soon as it
   * cannot be lost any more.
   *
   * @throws SottoError with the code for which it was refused; it is not in the outbox any more then. `closed`, or why
   *   the client or the room has ended: nobody here can tell any more what becomes of it
   */
  send(text: string): { readonly stored: Promise<string>; readonly delivered: Promise<Delivered> }
  /** Where the server has no space for what is under way: whose. */
  noSpace(): SpaceOwner | undefined
  /** Whoever waits hears of it. */
  end(reason: SottoError): void
}

const failureOf = (error: unknown): SottoError =>
  error instanceof SottoError ? error : new SottoError('internal', String(error))

/** Whether a client at work has the room, as far as it shows. */
const isFollowed = ({ account, connection, rooms }: ClientState, room: string): boolean =>
  account.kind !== 'none' &&
  connection.kind !== 'refused' &&
  !(connection.kind === 'offline' && connection.retryAtMs === null) &&
  rooms.some(({ id }) => id === room)

/** Follows what becomes of own messages in one room. */
export const deliveriesOf = async (client: Client, room: string): Promise<Deliveries> => {
  /** What is known of a message before `send` has told its id, and who waits after. */
  const known = new Map<string, Message>()
  const waiting = new Map<string, (message: Message) => void>()
  const waits = openWaits()
  let noSpace: SpaceOwner | undefined
  /** Nothing but what is sent here and has not told its id yet can be asked for later. */
  let unnamed = 0

  /** A client that has stopped, and a room that is gone, tell nothing of messages; both refuse to be read. */
  const look = (): void => {
    if (waits.isEmpty() || isFollowed(client.state(), room)) return
    client.timeline({ room, limit: 1 }).catch((error: unknown) => end(failureOf(error)))
  }
  const end = (reason: SottoError): void => {
    unsubscribe()
    waits.end(reason)
  }

  const unsubscribe = client.subscribe((event) => {
    if (event.kind === 'state') look()
    if (event.kind !== 'timeline' || event.room !== room) return
    for (const item of event.items) {
      if (item.kind !== 'message' || !item.sender.own) continue
      noSpace = item.delivery.kind === 'sending' ? item.delivery.noSpace : undefined
      if (item.delivery.kind === 'sending') continue
      const tell = waiting.get(item.id)
      if (tell) tell(item)
      else if (unnamed > 0) known.set(item.id, item)
    }
  })
  // Having read the timeline, a follower of another process is told what it missed when that process ends.
  await client.timeline({ room, limit: 1 })

  const outcomeOf = (id: string): Promise<Message> => {
    const there = known.get(id)
    if (there) {
      known.delete(id)
      return Promise.resolve(there)
    }
    const outcome = waits.until(
      () =>
        new Promise<Message>((resolve) =>
          waiting.set(id, (message) => {
            waiting.delete(id)
            resolve(message)
          }),
        ),
    )
    // It may have happened before anybody waited.
    look()
    return outcome
  }

  const judge = async ({ id, seq, timeMs, delivery }: Message): Promise<Delivered> => {
    if (delivery.kind !== 'failed') return { id, seq: seq ?? 0, timeMs }
    await client.discard({ room, id })
    throw new SottoError(delivery.code)
  }

  /** In one step: between the name and the asking nothing may be told. */
  const follow = (id: string): { readonly id: string; readonly outcome: Promise<Message> } => {
    const outcome = outcomeOf(id)
    unnamed -= 1
    if (unnamed === 0) known.clear()
    return { id, outcome }
  }
  const notStored = (error: unknown): never => {
    unnamed -= 1
    throw error
  }

  return {
    send: (text) => {
      unnamed += 1
      const sent = client.send({ room, text }).then(({ id }) => follow(id), notStored)
      return {
        stored: sent.then(({ id }) => id),
        delivered: sent.then(({ outcome }) => outcome).then(judge),
      }
    },
    noSpace: () => noSpace,
    end,
  }
}
