import { type Client, SottoError, type TimelineItem } from '@sotto/client'

export interface Delivered {
  readonly id: string
  readonly seq: number
  readonly timeMs: number
}

type Message = Extract<TimelineItem, { kind: 'message' }>

export interface Deliveries {
  /**
   * Sends a text and waits for its acknowledgement, however long the server is away.
   *
   * @throws SottoError with the code for which it was refused; it is not in the outbox any more then
   */
  send(text: string): { readonly stored: Promise<void>; readonly delivered: Promise<Delivered> }
  /** Calls `listener` whenever a message has been acknowledged. */
  end(): void
}

/** Follows what becomes of own messages in one room. */
export const deliveriesOf = async (client: Client, room: string): Promise<Deliveries> => {
  /** What is known of a message before `send` has told its id, and who waits after. */
  const known = new Map<string, Message>()
  const waiting = new Map<string, (message: Message) => void>()

  const unsubscribe = client.subscribe((event) => {
    if (event.kind !== 'timeline' || event.room !== room) return
    for (const item of event.items) {
      if (item.kind !== 'message' || !item.sender.own || item.delivery.kind === 'sending') continue
      const tell = waiting.get(item.id)
      if (tell) tell(item)
      else known.set(item.id, item)
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
    return new Promise((resolve) =>
      waiting.set(id, (message) => {
        waiting.delete(id)
        resolve(message)
      }),
    )
  }

  const judge = async ({ id, seq, timeMs, delivery }: Message): Promise<Delivered> => {
    if (delivery.kind !== 'failed') return { id, seq: seq ?? 0, timeMs }
    await client.discard({ room, id })
    throw new SottoError(delivery.code)
  }

  return {
    send: (text) => {
      const sent = client.send({ room, text })
      return {
        stored: sent.then(() => undefined),
        delivered: sent.then(({ id }) => outcomeOf(id)).then(judge),
      }
    },
    end: unsubscribe,
  }
}
