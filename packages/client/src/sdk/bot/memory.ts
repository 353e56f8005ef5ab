import { labelledHash, toHex } from '@sotto/protocol'
import type { Client } from '../../view.ts'

/** What a bot remembers between its runs, sealed in its profile. */
export interface BotMemory {
  /** The password of its account: nobody types it, and a session does not last for ever. */
  readonly password: () => Promise<string>
  /** Up to where a room has been handled. */
  readonly handledTo: (room: string) => Promise<number>
  readonly setHandledTo: (room: string, seq: number) => Promise<void>
  /**
   * The id of a message that is said once, whatever happens in between: the same for the same key. The server sees ids;
   * without the secret it cannot tell which message is the answer to which.
   */
  readonly messageId: (room: string, key: string) => Promise<string>
  readonly recall: (key: string) => Promise<string | null>
  readonly remember: (key: string, text: string | null) => Promise<void>
}

const idDigits = 32

/** @param newId 32 random hex digits, never the same twice */
export const botMemory = (client: Client, newId: () => string): BotMemory => {
  /** Made once, and durable before anything depends on it. */
  const kept = async (key: string): Promise<string> => {
    const known = await client.readNote({ key })
    if (known !== null) return known
    const text = `${newId()}${newId()}`
    await client.writeNote({ key, text })
    return text
  }
  let secret: Promise<string> | undefined
  const cursor = (room: string): string => `bot/handled/${room}`
  const own = (key: string): string => `own/${key}`
  return {
    password: () => kept('bot/password'),
    handledTo: async (room) => Number((await client.readNote({ key: cursor(room) })) ?? '0'),
    setHandledTo: (room, seq) => client.writeNote({ key: cursor(room), text: String(seq) }),
    messageId: async (room, key) => {
      secret ??= kept('bot/secret')
      return toHex(labelledHash('bot-message', [await secret, room, key])).slice(0, idDigits)
    },
    recall: (key) => client.readNote({ key: own(key) }),
    remember: (key, text) => client.writeNote({ key: own(key), text }),
  }
}
