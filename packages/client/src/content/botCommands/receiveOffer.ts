import { isBotDevice } from '../../account/deviceKinds.ts'
import { withOffer } from '../../room/offers.ts'
import { passed } from '../../room/desk.ts'
import type { Receive } from '../contentType.ts'
import type { BotCommands } from './botCommands.ts'

/** What a bot says that it listens to is noted; from anybody else it is words. */
export const receiveOffer: Receive<BotCommands> = async (tools, desk, message, { commands }) => {
  const { account, device } = message
  const state = tools.find(account)?.state
  if (!state || !isBotDevice(state, device)) return passed({ kind: 'message', ...message })
  desk.room = { ...desk.room, offers: withOffer(desk.room.offers, { account, commands }) }
  return passed()
}
