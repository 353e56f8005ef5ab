import type { Client, ClientState, RoomView } from '../../view.ts'
import type { BotTrouble } from './handling.ts'
import type { Patience } from './patience.ts'

export interface OfferingDeps {
  readonly client: Client
  readonly name: string
  readonly commands: Readonly<Record<string, string>>
  readonly patience: Patience
  trouble(trouble: BotTrouble): void
}

/**
 * Tells the members of each room what the bot listens to. Who comes later cannot read what was told before, so it is told
 * again, once for all who come together.
 */
export interface Offering {
  look(state: ClientState): void
  /** Somebody has come into the room, or has come back without what they knew. */
  arrived(room: string): void
  rest(): Promise<void>
}

const gatheringMs = 1000

export const offeringOf = ({ client, name, commands, patience, trouble }: OfferingDeps): Offering => {
  const wanted = Object.entries(commands).map(([command, summary]) => ({ name: command, summary }))
  const told = new Set<string>()
  const underWay = new Map<string, Promise<void>>()

  const isKnown = ({ commands: offered }: RoomView): boolean => {
    const own = offered.filter(({ bot }) => bot === name)
    return (
      own.length === wanted.length &&
      wanted.every((one) => own.some((other) => other.name === one.name && other.summary === one.summary))
    )
  }

  const offer = (room: string, delayMs: number): void => {
    if (underWay.has(room)) return
    const work = async (): Promise<void> => {
      if (delayMs > 0) await patience.wait(delayMs)
      if (!patience.isOver()) await client.offerCommands({ room, commands: wanted })
    }
    underWay.set(
      room,
      work()
        .catch((error: unknown) => trouble({ kind: 'offer', room, error }))
        .finally(() => underWay.delete(room)),
    )
  }

  return {
    look: ({ rooms }) => {
      for (const room of rooms) {
        if (room.state.kind !== 'active' || told.has(room.id)) continue
        told.add(room.id)
        if (!isKnown(room)) offer(room.id, 0)
      }
    },
    arrived: (room) => {
      if (wanted.length > 0) offer(room, gatheringMs)
    },
    rest: async () => {
      await Promise.all(underWay.values())
    },
  }
}
