import { setTimeout as delay } from 'node:timers/promises'
import { type Bot, type BotInvitations, type BotScope, SottoError, startBot } from '@sotto/client'
import { Command, Option } from 'commander'
import { messageLine, postedLine, type Said } from '../bot/lines.ts'
import { type Program, startProgram } from '../bot/program.ts'
import { tellBotTrouble } from '../bot/trouble.ts'
import { invocationOf } from '../invocation.ts'
import { keyMeans } from '../keyMeans.ts'
import { tellOutages } from '../outage.ts'
import { printableLine } from '../printable.ts'
import { withProgress } from '../progress.ts'
import { endRequested } from '../signals.ts'

interface Options {
  readonly exec: string
  readonly scope: BotScope
  readonly accept: readonly string[]
  readonly acceptAll?: boolean
  readonly offer: readonly string[]
  readonly timeout: string
}

/** What the program has begun when the bot is asked to end may be finished within this time. */
const drainMs = 10_000

const gathered = (value: string, before: readonly string[]): readonly string[] => [...before, value]

/** `remind=remind you later` for each command. @throws SottoError `bad_request` */
const commandsIn = (offers: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(
    offers.map((offer) => {
      const [name = '', ...summary] = offer.split('=')
      if (name === '' || summary.length === 0)
        throw new SottoError('bad_request', '--offer wants NAME=WHAT IT DOES')
      return [name, summary.join('=')] as const
    }),
  )

const answerMsOf = (timeout: string): number => {
  const ms = Number(timeout) * 1000
  if (!(ms > 0)) throw new SottoError('bad_request', '--timeout wants a number of seconds')
  return ms
}

/** Posts what the program says of its own accord, and tells it what became of it where it has given a key. */
const post = async (
  bot: Bot,
  tell: Program['tell'],
  { room, text, key }: Extract<Said, { kind: 'post' }>,
): Promise<SottoError | null> => {
  try {
    await bot.post(room, text, key)
    if (key !== undefined) tell(postedLine(key, null))
    return null
  } catch (error) {
    const failure = error instanceof SottoError ? error : new SottoError('internal', String(error))
    if (key !== undefined) tell(postedLine(key, failure.code))
    return failure
  }
}

const run = async (args: readonly string[], options: Options, command: Command): Promise<void> => {
  const { output, profile } = invocationOf(command)
  const invitations: BotInvitations = options.acceptAll ? 'everyone' : options.accept
  const commands = commandsIn(options.offer)
  const answerMs = answerMsOf(options.timeout)
  const { newId, openNodeClient, timerScheduler } = await import('@sotto/client/node')
  const client = await withProgress(
    () => 'Opening the profile',
    openNodeClient({ profile, keys: await keyMeans(), deviceKind: 'bot' }),
  )
  const { account } = client.state()
  if (account.kind === 'none') {
    await client.close()
    throw new SottoError('no_account', 'sotto bot create NAME creates the account of a bot')
  }

  let bot: Bot | null = null
  const { promise: ready, resolve: begin } = Promise.withResolvers<Bot>()
  const hear = (said: Exclude<Said, { kind: 'answer' }>): void => {
    if (said.kind === 'nonsense') return output.notice({ trouble: 'line', why: said.why }, `${said.why}.`)
    const posted = ready.then((working) => post(working, program.tell, said))
    void posted.then((failure) => {
      if (failure)
        output.notice(
          { trouble: 'post', room: said.room, code: failure.code },
          `Nothing was posted in ${printableLine(said.room)}: ${failure.code}.`,
        )
    })
  }
  const program = startProgram({
    command: options.exec,
    args,
    answerMs,
    said: hear,
    died: (why, retryMs) =>
      output.notice(
        { trouble: 'program', why, retryMs },
        `The program has ended (${why}); it will be started again in ${retryMs / 1000} s.`,
      ),
  })
  const requested = endRequested()
  const stopTelling = tellOutages(client, output)
  try {
    bot = await startBot(
      { client, scheduler: timerScheduler, newId },
      {
        name: account.name,
        scope: options.scope,
        invitations,
        commands,
        onMessage: (message) => program.ask(message.id, messageLine(message)),
        onTrouble: (trouble) => tellBotTrouble(output, trouble),
      },
    )
    output.notice(
      { running: account.name, account: account.account, scope: options.scope },
      `${printableLine(account.name)} is running. Stop with Ctrl+C.`,
    )
    begin(bot)
    const isAsked = requested.then(() => true)
    const hasEnded = Promise.race([bot.ended, program.ended]).then(() => false)
    if (await Promise.race([isAsked, hasEnded]))
      await Promise.race([bot.close(), delay(drainMs, undefined, { ref: false })])
  } finally {
    stopTelling()
    // First the bot, so that what the program leaves undone is not taken for its failure.
    const closing = bot ? bot.close() : client.close()
    await program.end()
    await closing
  }
}

export const botRunCommand = (): Command =>
  new Command('run')
    .description(
      'run the bot of this profile: PROGRAM reads each message as a line of JSON and writes each answer as a line',
    )
    .requiredOption('--exec <program>', 'the program; its arguments follow the options')
    .argument('[args...]', 'arguments of the program')
    .addOption(
      new Option('--scope <scope>', 'which messages the program gets')
        .choices(['all', 'mentions', 'post'])
        .default('mentions'),
    )
    .option(
      '--accept <name>',
      'accept invitations from this person; can be given more than once',
      gathered,
      [],
    )
    .option('--accept-all', 'accept every invitation')
    .option(
      '--offer <command>',
      'NAME=WHAT IT DOES: a slash command that it listens to; can be given more than once',
      gathered,
      [],
    )
    .option('--timeout <seconds>', 'how long the program may take to answer', '60')
    .action(run)
