import {
  type Bot,
  type BotDeps,
  type BotTrouble,
  type Client,
  isOver,
  SottoError,
  startBot,
} from '@sotto/client'
import { type Lane, LaneError, type LaneEvent } from '@sotto/lane'
import { carried, type Side } from './carried.ts'
import { hasNewcomers, nobodyTold, readTold, toldTo } from './newcomers.ts'
import { floorNote, readPair, sinceNotes, toldNotes, writePair } from './notes.ts'
import { makePatience } from './patience.ts'
import { classicNotice, type ClassicRoom, encryptedNotice, endedNotice } from './words.ts'

export interface BridgeOptions extends BotDeps {
  /** Name of the bot, on both sides. */
  readonly name: string
  /** Whose invitations it accepts. */
  readonly inviter: string
  /** Id of the encrypted room. */
  readonly room: string
  /** Resolves when the client knows what the server knows, or that it cannot be reached. */
  settle(): Promise<unknown>
  /** Resolves with a lane under the name of the bot. */
  openLane(bot: Bot, onEvent: (event: LaneEvent) => Promise<void>): Promise<Lane>
  /** Joins the classic room that is meant; `known` is the number of the one that was bridged before. */
  enter(lane: Lane, known: number | null): Promise<ClassicRoom>
  onTrouble(trouble: BotTrouble): void
  /** Something is waited for. */
  onWait(error: Error): void
  /** What has happened on the lane that is no message. */
  onLaneEvent(event: LaneEvent): void
}

/** A bot that says in each of two rooms what people say in the other. */
export interface Bridge {
  readonly classic: ClassicRoom
  /** Resolves when the bot was taken out of the encrypted room and has said so in the other; rejects when it cannot go on. */
  readonly ended: Promise<void>
  close(): Promise<void>
}

/** One after the other, and once more where something has happened meanwhile. */
const inTurns = (work: () => Promise<void>, failed: (error: unknown) => void): (() => Promise<void>) => {
  let running: Promise<void> | null = null
  let again = false
  const run = async (): Promise<void> => {
    do {
      again = false
      await work()
    } while (again)
  }
  return () => {
    again = true
    running ??= run()
      .catch(failed)
      .finally(() => (running = null))
    return running
  }
}

const itemsPerPage = 200

/** The place of the newest of the bot's own messages behind `floor` that reads so; null where it has none yet. */
const placeOf = async (client: Client, room: string, text: string, floor: number): Promise<number | null> => {
  for (let before: number | undefined; ;) {
    const page = { room, limit: itemsPerPage, ...(before === undefined ? {} : { before }) }
    const { items, more } = await client.timeline(page)
    const places = items.flatMap((item) =>
      item.kind === 'message' && item.sender.own && item.text === text ? [item.seq ?? 0] : [],
    )
    const newest = Math.max(0, ...places)
    if (newest > floor) return newest
    before = items.find(({ seq }) => seq !== null)?.seq ?? undefined
    if (!more || before === undefined || before <= floor) return null
  }
}

const lastPlaceIn = async (client: Client, room: string): Promise<number> => {
  const { items } = await client.timeline({ room, limit: 1 })
  return Math.max(0, ...items.map(({ seq }) => seq ?? 0))
}

const isOut = (client: Client, room: string): boolean =>
  client.state().rooms.some((view) => view.id === room && isOver(view))

/** Resolves when the bot can speak in the room. */
const whenInside = (client: Client, room: string, failed: Promise<unknown>): Promise<void> => {
  let stop = (): void => {}
  const inside = new Promise<void>((resolve) => {
    const look = (): void => {
      if (client.state().rooms.some(({ id, state }) => id === room && state.kind === 'active')) resolve()
    }
    stop = client.subscribe(look)
    look()
  })
  return Promise.race([inside, failed.then(() => {})]).finally(() => stop())
}

/**
 * Bridges an encrypted room and a classic one. What is said in either is remembered until it has been said in the other, under a
 * name of its own there: it is said once, wherever the process was killed. Words of bots, its own first of all, it does not
 * carry, so that nothing goes round in circles, whatever else is bridged. The client is closed with the bridge, also where it does
 * not begin.
 *
 * @throws SottoError of `startBot`, LaneError
 */
export const startBridge = async (options: BridgeOptions): Promise<Bridge> => {
  const { client, name, room } = options
  const patience = makePatience(options.onWait)
  let isEnding = false
  const over = Promise.withResolvers<void>()
  over.promise.catch(() => {})
  const fail = (error: unknown): void => {
    if (!isEnding) over.reject(error)
  }

  const opened = Promise.withResolvers<{ readonly lane: Lane; readonly classic: ClassicRoom }>()
  opened.promise.catch(() => {})
  /** From which place on the encrypted room is carried: before it, nobody there had read that it is. */
  const since = Promise.withResolvers<number>()
  since.promise.catch(() => {})

  const toClassic = async (key: string, text: string): Promise<void> => {
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
  const toEncrypted = (key: string, text: string): Promise<void> =>
    patience.until(() => bot.post(room, text, key))

  const closeClient = async (error: unknown): Promise<never> => {
    await client.close()
    throw error
  }
  const bot = await startBot(options, {
    name,
    scope: 'all',
    invitations: [options.inviter],
    onTrouble: options.onTrouble,
    onMessage: async ({ room: where, id, seq, sender, text }) => {
      // Whoever may invite the bot may take it along to other rooms: those are not bridged.
      if (where !== room || seq < (await since.promise)) return
      for (const [at, part] of carried('encrypted', sender.name, text).entries())
        await toClassic(`${id}/${at}`, part)
    },
  }).catch(closeClient)
  bot.ended.catch(fail)

  const sayTo: Record<Side, (key: string, text: string) => Promise<void>> = {
    encrypted: toEncrypted,
    classic: toClassic,
  }
  const membersOf: Record<Side, () => Promise<readonly { readonly name: string }[]>> = {
    encrypted: () => bot.sotto.members(room),
    classic: async () => {
      const { lane, classic } = await opened.promise
      return lane.roomMembers(classic.room)
    },
  }
  /** Says that the room is bridged, if somebody is there who has not read it. */
  const greeter = (side: Side, text: () => string) =>
    inTurns(async () => {
      const names = (await patience.until(membersOf[side]))
        .map((one) => one.name)
        .filter((one) => one !== name)
      const told = readTold(await bot.recall(toldNotes[side]))
      if (!hasNewcomers(told, names)) return
      await sayTo[side](`told/${told.count}`, text())
      await bot.remember(toldNotes[side], JSON.stringify(toldTo(names, told)))
    }, fail)

  const fromClassic = async (classic: ClassicRoom, event: LaneEvent): Promise<void> => {
    if (event.kind !== 'place_message' || event.place.kind !== 'room' || event.place.room !== classic.room)
      return
    const { from, own, id, text } = event
    if (own) {
      if (text === classicNotice(name)) await bot.remember(sinceNotes.classic, id)
      return
    }
    // Before the notice stood there, nobody had read that it goes anywhere.
    if ((await bot.recall(sinceNotes.classic)) === null) return
    for (const [at, part] of carried('classic', from, text).entries())
      await toEncrypted(`classic/${from}/${id}/${at}`, part)
  }
  const onLaneEvent = async (event: LaneEvent): Promise<void> => {
    options.onLaneEvent(event)
    switch (event.kind) {
      case 'connection':
        if (event.state === 'refused') fail(new LaneError('UNAUTHORIZED'))
        return
      case 'presence':
        if (event.change === 'joined') void greetClassic()
        return
      default:
        return fromClassic((await opened.promise).classic, event)
    }
  }

  const close = async (): Promise<void> => {
    isEnding = true
    patience.end()
    const closed = new LaneError('CLOSED')
    opened.reject(closed)
    since.reject(closed)
    unsubscribe()
    const lane = await opened.promise.then(
      (one) => one.lane,
      () => null,
    )
    await Promise.all([bot.close(), lane?.close()])
  }

  /** Says in the classic room that it is bridged no more, and goes: begun again where it was cut off. */
  const leave = async (lane: Lane, classic: ClassicRoom): Promise<void> => {
    const { count } = readTold(await bot.recall(toldNotes.classic))
    await toClassic(`ended/${count}`, endedNotice(name))
    await patience.until(() => lane.leaveRoom(classic.room))
    await forget(bot, await lastPlaceIn(client, room))
  }

  let greetEncrypted = async (): Promise<void> => {}
  const greetClassic = greeter('classic', () => classicNotice(name))
  let unsubscribe = (): void => {}
  try {
    await options.settle()
    const isLate = isOut(client, room)
    const hasLeft = isLate && (await readPair(bot))?.classic === null
    if (hasLeft) throw new SottoError('not_member', `${name} is no longer in the encrypted room`)
    if (!isLate) await whenInside(client, room, bot.ended)
    const lane = await options.openLane(bot, onLaneEvent)
    lane.failed.catch(fail)
    const classic = await options.enter(lane, (await readPair(bot))?.classic ?? null)
    await writePair(bot, { room, classic: classic.room })
    opened.resolve({ lane, classic })

    let leaving: Promise<void> | null = null
    const lookWhetherOut = (): void => {
      if (isOut(client, room)) leaving ??= leave(lane, classic).then(over.resolve).catch(fail)
    }
    if (isLate) lookWhetherOut()
    else {
      const notice = encryptedNotice(classic, name)
      greetEncrypted = greeter('encrypted', () => notice)
      const findSince = async (): Promise<void> => {
        const known = await bot.recall(sinceNotes.encrypted)
        const floor = Number(await bot.recall(floorNote))
        const seq = known === null ? await placeOf(client, room, notice, floor) : Number(known)
        if (seq === null) return
        if (known === null) await bot.remember(sinceNotes.encrypted, String(seq))
        since.resolve(seq)
      }
      const stops = [
        bot.sotto.on('delivered', () => void findSince().catch(fail)),
        bot.sotto.on('joined', () => void greetEncrypted()),
        client.subscribe(lookWhetherOut),
      ]
      unsubscribe = () => {
        for (const stop of stops) stop()
      }
      // First the one from before, where an earlier run did not get as far as to remember it.
      await findSince()
      await greetEncrypted()
      await findSince()
      await greetClassic()
    }
    return { classic, ended: over.promise, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** A bot that comes back says again what it does. The counts go on, or the same words would pass for said. */
const forget = async (bot: Bot, floor: number): Promise<void> => {
  await bot.remember(floorNote, String(floor))
  for (const side of ['encrypted', 'classic'] as const) {
    const { count } = readTold(await bot.recall(toldNotes[side]))
    await bot.remember(toldNotes[side], JSON.stringify({ ...nobodyTold, count }))
    await bot.remember(sinceNotes[side], null)
  }
  const pair = await readPair(bot)
  if (pair) await writePair(bot, { ...pair, classic: null })
}
