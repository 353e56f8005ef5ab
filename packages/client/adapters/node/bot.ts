import { failures, SottoError } from '@sotto/protocol'
import { type Bot, type BotOptions, type BotTrouble, startBot } from '../../src/index.ts'
import { newId } from '../net/bus.ts'
import { timerScheduler } from '../net/timerScheduler.ts'
import { type NodeClientOptions, openNodeClient } from './nodeClient.ts'

export interface NodeBotOptions extends BotOptions, Omit<NodeClientOptions, 'deviceKind'> {}

const reasonOf = (error: unknown): string =>
  error instanceof SottoError ? `${error.code}: ${error.message}` : String(error)

/** What an operator should know; never what was said. */
const troubleText = (trouble: BotTrouble): string => {
  switch (trouble.kind) {
    case 'handler':
      return `message ${trouble.message.id} was passed over: ${reasonOf(trouble.error)}`
    case 'missed':
      return `a message in room ${trouble.room} cannot be read on this device`
    case 'refused':
      return `message ${trouble.id} was refused: ${trouble.code}`
    case 'invitation':
      return `the invitation to room ${trouble.room} could not be accepted: ${reasonOf(trouble.error)}`
    case 'offer':
      return `room ${trouble.room} was not told of the commands: ${reasonOf(trouble.error)}`
    case 'session':
      return `not signed in yet: ${reasonOf(trouble.error)}`
  }
}

/**
 * Starts a bot on a profile on disk: its account is made at the first start, with a password that it keeps itself.
 * Where it cannot go on, it closes itself and sets the exit code of the program, so that whatever supervises it starts
 * it again.
 *
 * @throws SottoError what `openNodeClient` and `startBot` throw
 */
export const createBot = async ({
  profile,
  server,
  route,
  limits,
  keys,
  ...options
}: NodeBotOptions): Promise<Bot> => {
  const client = await openNodeClient({
    profile,
    deviceKind: 'bot',
    ...(server === undefined ? {} : { server }),
    ...(route === undefined ? {} : { route }),
    ...(limits === undefined ? {} : { limits }),
    ...(keys === undefined ? {} : { keys }),
  })
  const tell = (text: string): void => void process.stderr.write(`${options.name}: ${text}\n`)
  try {
    const deps = { client, scheduler: timerScheduler, newId }
    const bot = await startBot(deps, { onTrouble: (trouble) => tell(troubleText(trouble)), ...options })
    bot.ended.catch((error: unknown) => {
      tell(reasonOf(error))
      process.exitCode = error instanceof SottoError ? failures[error.code].exit : failures.internal.exit
    })
    return bot
  } catch (error) {
    await client.close()
    throw error
  }
}
