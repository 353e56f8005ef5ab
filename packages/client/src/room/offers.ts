import type { PublicGroup } from '@sotto/mls'
import { equalBytes, limits, toHex } from '@sotto/protocol'
import type { BotCommandOffer } from '../content/botCommands/botCommands.ts'
import type { OfferedCommand } from '../slash/table.ts'
import { accountsIn } from './places.ts'
import { publicOf, type RoomState } from './state.ts'

/** What a bot has said last that it listens to. */
export interface Offer {
  readonly account: Uint8Array
  readonly commands: readonly BotCommandOffer[]
}

/** The newest offer of a bot takes the place of its earlier one; beyond the limit, the oldest goes. */
export const withOffer = (offers: readonly Offer[], offer: Offer): readonly Offer[] => [
  ...offers
    .filter(({ account }) => !equalBytes(account, offer.account))
    .slice(-(limits.botsOfferingPerRoomMax - 1)),
  offer,
]

/** The accounts of a tree are counted once for each epoch. */
const accounts = new WeakMap<PublicGroup, ReadonlySet<string>>()
const present = (group: PublicGroup): ReadonlySet<string> => {
  const known = accounts.get(group) ?? accountsIn(group)
  accounts.set(group, known)
  return known
}

/** The commands of the bots that are in the room now. */
export const offeredCommands = (
  room: RoomState,
  nameOf: (account: Uint8Array) => string | null,
): readonly OfferedCommand[] => {
  const group = publicOf(room)
  if (room.offers.length === 0 || !group) return []
  return room.offers
    .filter(({ account }) => present(group).has(toHex(account)))
    .flatMap(({ account, commands }) => {
      const bot = nameOf(account)
      return bot === null ? [] : commands.map((command) => ({ ...command, bot }))
    })
}
