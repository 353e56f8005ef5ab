import { SottoError } from '@sotto/protocol'
import { isBotDevice } from '../account/deviceKinds.ts'
import { encodeCommands } from '../content/botCommands/botCommands.ts'
import { roomToSpeakIn } from '../room/standing.ts'
import { ofAccount } from './command.ts'
import { fields, listOf, string } from './input.ts'

/**
 * Tells the members of a room which commands this bot listens to; what it told before no longer holds. `forbidden`
 * for a device that is no bot, `bad_request` for what is no command.
 */
export type OfferCommands = (input: {
  readonly room: string
  readonly commands: readonly { readonly name: string; readonly summary: string }[]
}) => Promise<void>

export const offerCommands = ofAccount<OfferCommands>({
  input: fields({ room: string, commands: listOf(fields({ name: string, summary: string })) }),
  run: async ({ rooms, contacts, tools, provider, timeMs, newId }, { room: id, commands }) => {
    const room = roomToSpeakIn(rooms, id)
    const { account, device } = tools
    await contacts.ensure([{ account, seq: 0 }])
    const own = contacts.find(account)
    if (!own || !isBotDevice(own.state, device)) throw new SottoError('forbidden', 'only a bot has commands')
    const composedMs = timeMs()
    const content = encodeCommands(commands, provider.random(16), composedMs)
    await room.post({ message: newId(), content, composedMs })
  },
})
