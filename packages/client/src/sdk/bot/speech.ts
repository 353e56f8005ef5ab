import type { Client } from '../../view.ts'
import type { Message } from '../events.ts'
import type { BotMemory } from './memory.ts'
import type { BotCommand, Concern } from './scope.ts'

/** A message as a bot gets it. */
export interface BotMessage extends Message {
  /** The name of the room it was said in. */
  readonly roomName: string
  /** `@name` stands in it. */
  readonly isMentioned: boolean
  /** The command of the bot that it is, or null. */
  readonly command: BotCommand | null
  /**
   * Answers in the same room. Resolves when the answer is stored. When the message comes again, because the bot was
   * killed while it handled it, the first answer is not given a second time, nor is the second, and so on.
   */
  reply(text: string): Promise<void>
  /** Says something about the message with one emoji, or takes that back with `isOn: false`. */
  react(emoji: string, options?: { readonly isOn?: boolean }): Promise<void>
}

/** How a bot says something: what has a key is said once in a room, however often it is asked for. */
export const speechOf = (client: Client, memory: BotMemory) => {
  const say = async (room: string, text: string, key: string | undefined): Promise<void> => {
    const named = key === undefined ? {} : { message: await memory.messageId(room, key) }
    await client.send({ room, text, ...named })
  }
  /** A message with ways to answer. */
  const botMessage = (message: Message, concern: Concern): BotMessage => {
    const { room, id } = message
    let answers = 0
    return {
      ...message,
      ...concern,
      roomName: client.state().rooms.find((view) => view.id === room)?.name ?? '',
      reply: (text) => say(room, text, `answer/${id}/${answers++}`),
      react: async (emoji, how = {}) => void (await client.react({ room, id, emoji, ...how })),
    }
  }
  return { say, botMessage }
}
