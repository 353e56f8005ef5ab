import { type Hints, tokenTopic, userTopic } from '../hints.ts'
import type { OpenStore } from '../store.ts'

/** What is done to users of this lane by whoever runs the server. */
export interface Departures {
  /** Takes somebody out of rooms and chats; those who stay hear of it, and make new keys. */
  leave(
    user: { readonly id: number; readonly name: string },
    places: { readonly rooms: readonly number[]; readonly chats: readonly string[] },
  ): Promise<void>
  /** Closes the sockets of tokens that have ended. */
  announceEnd(tokenHashes: readonly Uint8Array[]): void
}

interface Dependencies {
  readonly store: {
    readonly rooms: Pick<OpenStore['rooms'], 'leave' | 'members'>
    readonly chats: Pick<OpenStore['chats'], 'leave' | 'chat'>
  }
  readonly hints: Hints
}

export const makeDepartures = ({ store: { rooms, chats }, hints }: Dependencies): Departures => ({
  leave: async ({ id, name }, places) => {
    const tell = (others: readonly { readonly id: number }[], event: string, payload: object): void => {
      for (const other of others) hints.publish(userTopic(other.id), { kind: 'event', event, payload })
    }
    for (const room_id of places.rooms) {
      const generation = await rooms.leave(room_id, id, 'gone')
      const left = await rooms.members(room_id)
      tell(left, 'user_left', { username: name, room_id })
      tell(left, 'rekey_required', { room_id, generation })
    }
    for (const chat_id of places.chats) {
      await chats.leave(chat_id, id)
      const chat = await chats.chat(chat_id)
      if (!chat) continue
      tell(chat.participants, 'user_left', { username: name, chat_id })
      tell(chat.participants, 'rekey_required', { chat_id, generation: chat.generation })
    }
  },
  announceEnd: (tokenHashes) => {
    for (const hash of tokenHashes) hints.publish(tokenTopic(hash), { kind: 'ended' })
  },
})
