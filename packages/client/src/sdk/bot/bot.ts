import { normalizeName, SottoError } from '@sotto/protocol'
import type { Scheduler } from '../../ports/scheduler.ts'
import type { Client, ClientState, RoomView } from '../../view.ts'
import type { Message } from '../events.ts'
import { signInAs, type Sotto, sottoOf } from '../sotto.ts'
import { type BotTrouble, type Handling, handlingOf } from './handling.ts'
import { botMemory } from './memory.ts'
import { type Offering, offeringOf } from './offering.ts'
import { patienceOf } from './patience.ts'
import { type BotInvitations, type Presence, presenceOf } from './presence.ts'
import { type BotScope, concernOf } from './scope.ts'
import { type BotMessage, speechOf } from './speech.ts'

/** What a handler gives back is said in the room, as `reply` says it. */
export type BotAnswer = string | readonly string[] | null | undefined | void

export interface BotOptions {
  /** Name of the bot's account; made at its first start. */
  readonly name: string
  /** What the handler gets to see. Default: `mentions`. */
  readonly scope?: BotScope
  /** Whose invitations it accepts by itself. Default: nobody's; its operator accepts with `sotto room accept`. */
  readonly invitations?: BotInvitations
  /** Commands it listens to, without the slash, and what each does: `{ remind: 'remind you: /remind 10m tea' }`. */
  readonly commands?: Readonly<Record<string, string>>
  /** Called at each start, before the first message: what was remembered can be fetched here. */
  onStart?(bot: Bot): void | Promise<void>
  /**
   * Called for each message it is to see, one after the other in each room, at least once. What it throws is tried again
   * twice, and is then a trouble.
   */
  onMessage?(message: BotMessage, bot: Bot): BotAnswer | Promise<BotAnswer>
  /** Called for what could not be done; without it, nothing is said. */
  onTrouble?(trouble: BotTrouble): void
}

/** A bot at work. */
export interface Bot {
  readonly name: string
  /** Everything else that an account can do. */
  readonly sotto: Sotto
  /** Rooms in which it can speak. */
  rooms(): readonly RoomView[]
  /**
   * Says something, now or as soon as the server is there. Resolves when it is stored. With a `key`, it is said once in
   * this room, however often it is asked for: also by later runs, and after a crash in the middle.
   *
   * @throws SottoError `room_unknown`, `not_member`, `room_frozen`, `too_large`, `rate`
   */
  post(room: string, text: string, key?: string): Promise<void>
  /** What it remembered under `key` in this run or an earlier one; null for nothing. */
  recall(key: string): Promise<string | null>
  /** Durable when it resolves: 16,384 characters at most, sealed in the profile. Null forgets. */
  remember(key: string, text: string | null): Promise<void>
  /** Resolves when it was closed; rejects when it cannot go on. */
  readonly ended: Promise<void>
  /** Ends when what is being handled has been handled. */
  close(): Promise<void>
}

export interface BotDeps {
  /** With a device of the kind `bot`. Closed with the bot. */
  readonly client: Client
  readonly scheduler: Scheduler
  /** 32 random hex digits, never the same twice. */
  newId(): string
}

const commandName = /^[a-z0-9][a-z0-9_-]{0,31}$/

const isSpeaking = ({ state }: RoomView): boolean =>
  state.kind === 'active' || state.kind === 'behind' || state.kind === 'repairing'

/** Why the client has stopped for good; a server that is another one than before may yet be the right one again. */
const stoppedBy = ({ connection }: ClientState): SottoError | null => {
  if (connection.kind !== 'refused') return null
  switch (connection.code) {
    case 'fenced':
    case 'storage_damaged':
    case 'storage_full':
    case 'internal':
      return new SottoError(connection.code)
    default:
      return null
  }
}

const answersOf = (answer: BotAnswer): readonly string[] => {
  if (answer === null || answer === undefined) return []
  return typeof answer === 'string' ? [answer] : answer
}

/**
 * Makes the account of a bot, where the profile has none: with a password that it remembers itself.
 *
 * @throws SottoError `account_exists` when the profile has another account, or that of a person
 */
export const registerBot = async (
  deps: Pick<BotDeps, 'client' | 'newId'>,
  name: string,
  invite?: string,
): Promise<void> => {
  const { client } = deps
  mustBeBot(client)
  await signInAs(client, { name, password: await botMemory(client, deps.newId).password(), invite })
  mustBeBot(client)
}

/** What a program says in the name of a person would not be marked as a program's. */
const mustBeBot = (client: Client): void => {
  const { account } = client.state()
  if (account.kind !== 'none' && !account.isBot)
    throw new SottoError('account_exists', `${account.name} is the account of a person`)
}

/** What a bot is to do, as it was checked. */
interface Duties {
  readonly name: string
  readonly scope: BotScope
  readonly invitations: 'everyone' | readonly string[]
  /** Names of its commands. */
  readonly commands: readonly string[]
}

/** @throws SottoError `name_invalid`, `bad_request` for a command's name */
const dutiesOf = ({ name, scope = 'mentions', invitations = [], commands = {} }: BotOptions): Duties => {
  const offered = Object.keys(commands)
  const wrong = offered.find((one) => !commandName.test(one))
  if (wrong !== undefined) throw new SottoError('bad_request', `/${wrong} cannot be the name of a command`)
  if (scope === 'post' && offered.length > 0)
    throw new SottoError('bad_request', 'a bot that only posts does not listen to commands')
  return {
    name: normalizeName(name),
    scope,
    invitations: invitations === 'everyone' ? 'everyone' : invitations.map(normalizeName),
    commands: offered,
  }
}

/** Something that ends once: well, or with what it has failed of. */
const openEnding = () => {
  let end: () => void = () => {}
  let fail: (error: unknown) => void = () => {}
  const ended = new Promise<void>((resolve, reject) => {
    end = resolve
    fail = reject
  })
  // Whoever does not look at it is not ended by it.
  ended.catch(() => {})
  return { ended, end, fail }
}

/** What watches the state of a client and acts on it by itself. */
interface Workers {
  readonly handling: Handling
  readonly presence: Presence
  readonly offering: Offering
}

/** Has the workers look whenever the client has something new. @returns what starts them, and what ends the watching */
const watchOver = (
  client: Client,
  { handling, presence, offering }: Workers,
  scope: BotScope,
  failed: (reason: unknown) => void,
) => {
  // Where nothing is shown to the handler, nothing has to be read.
  const isReading = scope !== 'post'
  let isStarted = false
  const look = (state: ClientState): void => {
    const stopped = stoppedBy(state)
    if (stopped) return failed(stopped)
    if (!isStarted) return
    presence.look(state)
    offering.look(state)
    if (isReading) handling.readAll(state.rooms.filter(({ unread }) => unread > 0))
  }
  const unsubscribe = client.subscribe((event) => {
    switch (event.kind) {
      case 'state':
        return look(event.state)
      case 'timeline':
        return isReading && isStarted ? handling.readOn(event.room) : undefined
      case 'changed':
      case 'discarded':
    }
  })
  return {
    unsubscribe,
    start: () => {
      isStarted = true
      look(client.state())
      if (isReading) handling.readAll(client.state().rooms)
    },
  }
}

/**
 * Starts a bot on a client: a member like any other, marked as a bot, that sees what its scope says and handles each
 * message at least once, also those of the time when it was not running.
 *
 * @throws SottoError `account_exists`, `name_taken`, `name_invalid`, `bad_request` for a command's name, `offline` at the first start
 */
export const startBot = async (deps: BotDeps, options: BotOptions): Promise<Bot> => {
  const { client, newId } = deps
  const duties = dutiesOf(options)
  const { name, scope } = duties
  mustBeBot(client)
  // Signing in anew is done at work, for it may have to wait for the server.
  if (client.state().account.kind === 'none') await registerBot(deps, name)

  const memory = botMemory(client, newId)
  const patience = patienceOf(deps.scheduler)
  const sotto = sottoOf(client)
  const { say, botMessage } = speechOf(client, memory)
  const { ended, end, fail } = openEnding()
  const trouble = (one: BotTrouble): void => options.onTrouble?.(one)
  /** Whatever goes on using a client that has failed would fail as well. */
  const failed = (reason: unknown): void => {
    patience.end()
    const told = (): void => fail(reason)
    void finish().then(told, told)
  }
  const handle = async (message: Message): Promise<'handled' | 'unseen'> => {
    const concern = concernOf(message, duties)
    if (!concern || !options.onMessage) return 'unseen'
    const asked = botMessage(message, concern)
    for (const text of answersOf(await options.onMessage(asked, bot))) await asked.reply(text)
    return 'handled'
  }

  const common = { client, name, memory, patience, trouble, fail: failed }
  const offering = offeringOf({ ...common, commands: options.commands ?? {} })
  const handling = handlingOf({ ...common, handle, arrived: offering.arrived })
  const presence = presenceOf({ ...common, invitations: duties.invitations })
  const watch = watchOver(client, { handling, presence, offering }, scope, failed)

  let finishing: Promise<void> | undefined
  const finish = (): Promise<void> =>
    (finishing ??= (async () => {
      patience.end()
      watch.unsubscribe()
      await Promise.all([handling.rest(), presence.rest(), offering.rest()])
      await sotto.close()
    })())
  const bot: Bot = {
    name,
    sotto,
    rooms: () => sotto.rooms().filter(isSpeaking),
    post: async (room, text, key) =>
      say(sotto.room(room).id, text, key === undefined ? undefined : `post/${key}`),
    recall: memory.recall,
    remember: memory.remember,
    ended,
    close: async () => {
      await finish()
      end()
    },
  }

  sotto.on('failed', ({ room, id, code }) => {
    trouble({ kind: 'refused', room, id, code })
    // Under the same key it may be said again.
    client.discard({ room, id }).catch(() => {})
  })
  try {
    await options.onStart?.(bot)
  } catch (error) {
    await finish()
    throw error
  }
  watch.start()
  return bot
}
