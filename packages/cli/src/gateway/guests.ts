import type { Socket } from 'socket.io'
import type { Answer, Dialect, Guest } from './dialect.ts'
import { refusalOf, refused } from './refusal.ts'

/** Events of one program that wait for their turn: several times what old programs send in one burst. */
export const waitingEventsMax = 4096

type Acknowledge = (answer: Answer) => void

const isAcknowledge = (value: unknown): value is Acknowledge => typeof value === 'function'

/** Resolves when something about a connection is another: its transport can take more, or it has ended. */
const stirred = ({ conn }: Socket): Promise<void> =>
  new Promise((resolve) => {
    const { transport } = conn
    const done = (): void => {
      transport.off('ready', done)
      conn.off('upgrade', done)
      conn.off('close', done)
      resolve()
    }
    transport.on('ready', done)
    conn.on('upgrade', done)
    conn.on('close', done)
  })

/** Whether all that was said to a program is out of this process; one that does not answer is let go by Socket.IO. */
export const handedOver = async (socket: Socket): Promise<boolean> => {
  while (socket.connected && !socket.conn.transport.writable) await stirred(socket)
  return socket.connected
}

const taken = async (
  guest: Guest,
  event: string,
  payloads: readonly unknown[],
): Promise<Answer | undefined> => {
  try {
    return await guest.take(event, payloads)
  } catch (error) {
    return refusalOf(error)
  }
}

const crowded = refused(
  'RATE_LIMITED',
  `${waitingEventsMax} events wait already: send on when they are answered`,
)

/**
 * Receives one local program. Its events are dealt with one after the other, each by the first dialect that knows it; an
 * event beyond `waitingEventsMax` is refused at once.
 *
 * @returns what tells the program that the gateway ends; resolves when that is out
 */
export const receive = (socket: Socket, dialects: readonly Dialect[]): (() => Promise<void>) => {
  const guests: readonly Guest[] = dialects.map((dialect) => dialect.welcome(socket))
  let last: Promise<unknown> = Promise.resolve()
  let waiting = 0

  const answer = async (event: string, payloads: readonly unknown[]): Promise<Answer> => {
    for (const guest of guests) {
      const said = await taken(guest, event, payloads)
      if (said?.ok === false) guest.refused(event, said)
      if (said) return said
    }
    const unknown = refused('EVENT_UNKNOWN', 'There is no such event')
    guests[0]?.refused(event, unknown)
    return unknown
  }

  socket.onAny((event: string, ...args: unknown[]) => {
    const acknowledge = args.find(isAcknowledge)
    const payloads = args.filter((one) => !isAcknowledge(one))
    if (waiting >= waitingEventsMax) {
      guests[0]?.refused(event, crowded)
      acknowledge?.(crowded)
      return
    }
    waiting += 1
    last = last.then(async () => {
      const said = await answer(event, payloads)
      waiting -= 1
      acknowledge?.(said)
    })
  })
  socket.on('disconnect', () => {
    last = last.then(() => Promise.allSettled(guests.map((guest) => guest.leave())))
  })
  return async () => {
    for (const guest of guests) guest.ending()
    await handedOver(socket)
  }
}
