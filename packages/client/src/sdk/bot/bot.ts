import { normalizeName, SottoError } from '@sotto/protocol'
import type { Scheduler } from '../../ports/scheduler.ts'
import type { Client, ClientState, RoomView } from '../../view.ts'
import type { Message } from '../events.ts'
import { signInAs, type Sotto, sottoOf } from '../sotto.ts'
import { type BotTrouble, handlingOf } from './handling.ts'
import { botMemory } from './memory.ts'
import { offeringOf } from './offering.ts'
import { patienceOf } from './patience.ts'
import { type BotInvitations, presenceOf } from './presence.ts'
import { type BotCommand, type BotScope, type Concern, concernOf } from './scope.ts'

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

/**
 * Starts a bot on a client: a member like any other, marked as a bot, that sees what its scope says and handles each
 * message at least once, also those of the time when it was not running.
 *
 * @throws SottoError `account_exists`, `name_taken`, `name_invalid`, `bad_request` for a command's name, `offline` at the first start
 */
export const startBot = async (deps: BotDeps, options: BotOptions): Promise<Bot> => {
  const { client, scheduler, newId } = deps
  const { scope = 'mentions', commands = {} } = options
  const invitations =
    options.invitations === 'everyone' ? 'everyone' : (options.invitations ?? []).map(normalizeName)
  const name = normalizeName(options.name)
  const offered = Object.keys(commands)
  const wrong = offered.find((one) => !commandName.test(one))
  if (wrong !== undefined) throw new SottoError('bad_request', `/${wrong} cannot be the name of a command`)
  if (scope === 'post' && offered.length > 0)
    throw new SottoError('bad_request', 'a bot that only posts does not listen to commands')
  mustBeBot(client)
  // Signing in anew is done at work, for it may have to wait for the server.
  if (client.state().account.kind === 'none') await registerBot(deps, name)

  const memory = botMemory(client, newId)
  const patience = patienceOf(scheduler)
  const sotto = sottoOf(client)
  let end: () => void = () => {}
  let fail: (error: unknown) => void = () => {}
  const ended = new Promise<void>((resolve, reject) => {
    end = resolve
    fail = reject
  })
  ended.catch(() => {})
  /** Whatever goes on using a client that has failed would fail as well. */
  const failed = (reason: unknown): void => {
    patience.end()
    const told = (): void => fail(reason)
    void finish().then(told, told)
  }
  const trouble = (one: BotTrouble): void => options.onTrouble?.(one)

  const say = async (room: string, text: string, key: string | undefined): Promise<void> => {
    const named = key === undefined ? {} : { message: await memory.messageId(room, key) }
    await client.send({ room, text, ...named })
  }

  const botMessage = (message: Message, concern: Concern): BotMessage => {
    const { room, id } = message
    let answers = 0
    return {
      ...message,
      ...concern,
      roomName: client.state().rooms.find((view) => view.id === room)?.name ?? '',
      reply: (text) => say(room, text, `answer/${id}/${answers++}`),
      react: (emoji, how = {}) => client.react({ room, id, emoji, ...how }),
    }
  }

  const handle = async (message: Message): Promise<'handled' | 'unseen'> => {
    const concern = concernOf(message, { name, scope, commands: offered })
    if (!concern || !options.onMessage) return 'unseen'
    const asked = botMessage(message, concern)
    for (const text of answersOf(await options.onMessage(asked, bot))) await asked.reply(text)
    return 'handled'
  }

  const offering = offeringOf({ client, name, commands, patience, trouble })
  const { arrived } = offering
  const handling = handlingOf({ client, memory, patience, handle, arrived, trouble, fail: failed })
  const presence = presenceOf({
    client,
    name,
    memory,
    patience,
    invitations,
    trouble,
    fail: failed,
  })

  let finishing: Promise<void> | undefined
  const finish = (): Promise<void> =>
    (finishing ??= (async () => {
      patience.end()
      unsubscribe()
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

  let isStarted = false
  const look = (state: ClientState): void => {
    const stopped = stoppedBy(state)
    if (stopped) return failed(stopped)
    if (!isStarted) return
    presence.look(state)
    offering.look(state)
    // Where nothing is shown to the handler, nothing has to be read.
    if (scope !== 'post') handling.readAll(state.rooms.filter(({ unread }) => unread > 0))
  }
  const unsubscribe = client.subscribe((event) => {
    switch (event.kind) {
      case 'state':
        return look(event.state)
      case 'timeline':
        return scope === 'post' || !isStarted ? undefined : handling.readOn(event.room)
      case 'changed':
      case 'discarded':
    }
  })
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
  isStarted = true
  look(client.state())
  if (scope !== 'post') handling.readAll(client.state().rooms)
  return bot
}
