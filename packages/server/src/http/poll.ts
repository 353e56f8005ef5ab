import type { InputOf, OutputOf, poll } from '@sotto/protocol'
import { SottoError, toHex } from '@sotto/protocol'
import { type Bus, deviceTopic, roomTopic, sessionTopic } from '../bus/bus.ts'
import { firstEvent } from '../bus/firstEvent.ts'
import type { ServerLimits } from '../configuration.ts'
import { makeCounts } from '../counts.ts'
import type { Delivery } from '../delivery/delivery.ts'
import type { DeviceCaller } from '../directory/keyPackages.ts'

export type Poll = (
  caller: DeviceCaller,
  input: InputOf<typeof poll>,
  signal: AbortSignal,
) => Promise<OutputOf<typeof poll>>

interface Dependencies {
  readonly delivery: Pick<Delivery, 'places' | 'countWelcomes'>
  readonly bus: Bus
  readonly limits: ServerLimits
}

type Hints = OutputOf<typeof poll>['hints']

/** Somebody asks to come into a room of which there may be no other news (rule OPEN-5). */
const withRoom = (hints: Hints, { room, head }: Hints[number]): Hints =>
  hints.some((hint) => toHex(hint.room) === toHex(room)) ? hints : [...hints, { room, head }]

/** The live lane for those whose WebSockets are blocked: waits until there is something to say (rule LIVE-5). */
export const makePoll = ({ delivery, bus, limits }: Dependencies): Poll => {
  const waiting = makeCounts()

  const newsFor = async (caller: DeviceCaller, { rooms, welcomesKnown }: InputOf<typeof poll>) => {
    const from = new Map(rooms.map((asked) => [toHex(asked.room), asked.from]))
    const places = await delivery.places(caller)
    const hints = places
      .filter(({ room, head }) => head.seq >= (from.get(toHex(room)) ?? Number.MAX_SAFE_INTEGER))
      .map(({ room, head }) => ({ room, head: head.seq }))
    const welcomes = await delivery.countWelcomes(caller)
    return { answer: { hints, welcomes }, isNews: hints.length > 0 || welcomes > welcomesKnown }
  }

  const wait: Poll = async (caller, input, signal) => {
    // Listening first: what happens between looking and waiting must not be missed.
    const topics = [
      sessionTopic(caller.tokenHash),
      deviceTopic(caller.device),
      ...(await delivery.places(caller)).map(({ room }) => roomTopic(room)),
    ]
    const event = firstEvent(bus, topics, limits.longPollMs, signal)
    try {
      const now = await newsFor(caller, input)
      if (now.isNews) return now.answer
      const first = await event.happened
      const { answer } = await newsFor(caller, input)
      return first?.kind === 'asked' ? { ...answer, hints: withRoom(answer.hints, first) } : answer
    } finally {
      event.end()
    }
  }

  return async (caller, input, signal) => {
    const key = toHex(caller.account)
    if (waiting.of(key) >= limits.socketsPerAccountMax) throw new SottoError('rate')
    waiting.more(key)
    try {
      return await wait(caller, input, signal)
    } finally {
      waiting.less(key)
    }
  }
}
