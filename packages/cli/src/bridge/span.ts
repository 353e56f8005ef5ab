import type { Bot, Client } from '@sotto/client'
import { type Lane, LaneError } from '@sotto/lane'
import type { Patience } from './patience.ts'
import type { ClassicRoom } from './words.ts'

/** The end of a bridge that is in the classic room. */
export interface ClassicEnd {
  readonly lane: Lane
  readonly classic: ClassicRoom
}

/** A bridge as it is before its bot is there: what is said to it waits for what has not been found out yet. */
export interface Beginning {
  readonly client: Client
  /** Name of the bot, on both sides. */
  readonly name: string
  /** Id of the encrypted room. */
  readonly room: string
  readonly patience: Patience
  readonly opened: PromiseWithResolvers<ClassicEnd>
  /** From which place on the encrypted room is carried: before it, nobody there had read that it is. */
  readonly since: PromiseWithResolvers<number>
  /** The bridge cannot go on. */
  fail(error: unknown): void
}

/** A bridge while it stands. */
export interface Span extends Beginning {
  readonly bot: Bot
}

/** Something that is waited for, perhaps by nobody. */
export const awaited = <T>(): PromiseWithResolvers<T> => {
  const one = Promise.withResolvers<T>()
  one.promise.catch(() => {})
  return one
}

/** Says something in the classic room; under the same key it is said once. */
export const toClassic = async (
  { opened, patience }: Pick<Beginning, 'opened' | 'patience'>,
  key: string,
  text: string,
): Promise<void> => {
  const { lane, classic } = await opened.promise
  await patience.until(async () => {
    try {
      await lane.sendToRoom(classic.room, text, key)
    } catch (error) {
      if (!(error instanceof LaneError) || error.code !== 'NOT_MEMBER') throw error
      await lane.joinRoom(classic.room)
      await lane.sendToRoom(classic.room, text, key)
    }
  })
}

/** The same in the encrypted room. */
export const toEncrypted = ({ bot, room, patience }: Span, key: string, text: string): Promise<void> =>
  patience.until(() => bot.post(room, text, key))
