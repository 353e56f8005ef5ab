import type { Clock } from '../../../configuration.ts'
import type { People } from '../../accounts/people.ts'
import type { Chats } from '../../chats/chats.ts'
import { openEvents as e } from '../../events.ts'
import { openFailureBody, OpenRefusal } from '../../failure.ts'
import { type Handler, none, on } from './handler.ts'

export interface ChatEventServices {
  readonly chats: Chats
  readonly people: People
  readonly clock: Clock
}

export const chatEvents = ({ chats, people, clock }: ChatEventServices): readonly Handler[] => [
  on(e.initiateChat, async ({ participants, keys, queue }, { caller, reply }) => {
    const { chat, away, full } = await chats.initiate(caller.user, {
      participants: await people.allNamed(participants),
      keys,
      away: queue ? 'queue' : 'list',
    })
    const names = chat.participants.map(({ name }) => name)
    reply('joined_chat', { chat_id: chat.id, participants: names })
    if (away.length > 0 && !queue) {
      const left = new OpenRefusal('USERS_OFFLINE', { offlineUsers: away })
      reply('chat_error', { ...openFailureBody(left, clock.nowMs()), chat_id: chat.id })
    }
    return { chat_id: chat.id, participants: names, offline: away, full }
  }),
  on(e.joinChat, async ({ chat_id }, { caller, reply }) => {
    const { participants } = await chats.join(caller.user, chat_id)
    reply('joined_chat', { chat_id, participants: participants.map(({ name }) => name) })
    return none
  }),
  on(e.leaveChat, async ({ chat_id }, { caller, reply }) => {
    await chats.leave(caller.user, chat_id)
    reply('left_chat', { chat_id })
    return none
  }),
  on(e.sendToChat, async ({ chat_id, encrypted_message, signature, signature_type, timestamp }, asked) => {
    const sent = { encrypted_message, signature, signature_type, timestamp }
    const { timeMs, ...outcome } = await chats.send(asked.caller.user, chat_id, sent)
    return { timestamp: new Date(timeMs).toISOString(), ...outcome }
  }),
]
