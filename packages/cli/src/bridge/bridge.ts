import { type Bot, type BotDeps, type BotTrouble, SottoError, startBot } from '@sotto/client'
import { type Lane, LaneError, type LaneEvent } from '@sotto/lane'
import { carryToClassic, carryToEncrypted } from './carrying.ts'
import { isOut, whenInside } from './encryptedRoom.ts'
import { greeter } from './greeting.ts'
import { leave } from './leaving.ts'
import { readPair, writePair } from './notes.ts'
import { makePatience } from './patience.ts'
import { findSince } from './since.ts'
import { awaited, type Beginning, type ClassicEnd, type Span } from './span.ts'
import { classicNotice, type ClassicRoom, encryptedNotice } from './words.ts'

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

/** A bot under the name of the bridge, which carries what it hears; without one the client is of no use. */
const startCarrier = async (beginning: Beginning, options: BridgeOptions): Promise<Bot> => {
  const { client, name } = beginning
  try {
    return await startBot(options, {
      name,
      scope: 'all',
      invitations: [options.inviter],
      onTrouble: options.onTrouble,
      onMessage: (message) => carryToClassic(beginning, message),
    })
  } catch (error) {
    await client.close()
    throw error
  }
}

/** Joins the classic room, and hears from then on what happens there. */
const openClassic = async (
  span: Span,
  options: BridgeOptions,
  greetClassic: () => Promise<void>,
): Promise<ClassicEnd> => {
  const { bot, room, fail, opened } = span
  const lane = await options.openLane(bot, async (event) => {
    options.onLaneEvent(event)
    switch (event.kind) {
      case 'connection':
        if (event.state === 'refused') fail(new LaneError('UNAUTHORIZED'))
        return
      case 'presence':
        if (event.change === 'joined') void greetClassic()
        return
      default:
        return carryToEncrypted(span, (await opened.promise).classic, event)
    }
  })
  lane.failed.catch(fail)
  const classic = await options.enter(lane, (await readPair(bot))?.classic ?? null)
  await writePair(bot, { room, classic: classic.room })
  opened.resolve({ lane, classic })
  return { lane, classic }
}

/** Whether the bot has to say in the classic room that it is bridged no more, for it is out of the encrypted one. */
const isLeft = async ({ client, bot, name, room }: Span): Promise<boolean> => {
  if (!isOut(client, room)) return false
  if ((await readPair(bot))?.classic === null)
    throw new SottoError('not_member', `${name} is no longer in the encrypted room`)
  return true
}

/** Hears what happens in the encrypted room; the answer ends that. */
const listen = (
  { client, bot, fail }: Span,
  greetEncrypted: () => Promise<void>,
  lookForNotice: () => Promise<void>,
  lookWhetherOut: () => void,
): (() => void) => {
  const stops = [
    bot.sotto.on('delivered', () => void lookForNotice().catch(fail)),
    bot.sotto.on('joined', () => void greetEncrypted()),
    client.subscribe(lookWhetherOut),
  ]
  return () => {
    for (const stop of stops) stop()
  }
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
  let isEnding = false
  const over = awaited<void>()
  const beginning: Beginning = {
    client,
    name,
    room,
    patience: makePatience(options.onWait),
    opened: awaited(),
    since: awaited(),
    fail: (error) => {
      if (!isEnding) over.reject(error)
    },
  }
  const bot = await startCarrier(beginning, options)
  const span: Span = { ...beginning, bot }
  const { fail, patience, opened, since } = span
  bot.ended.catch(fail)

  let stopListening = (): void => {}
  const close = async (): Promise<void> => {
    isEnding = true
    patience.end()
    const closed = new LaneError('CLOSED')
    opened.reject(closed)
    since.reject(closed)
    stopListening()
    const lane = await opened.promise.then(
      (end) => end.lane,
      () => null,
    )
    await Promise.all([bot.close(), lane?.close()])
  }

  try {
    await options.settle()
    const isLate = await isLeft(span)
    if (!isLate) await whenInside(client, room, bot.ended)
    const greetClassic = greeter(span, 'classic', classicNotice(name))
    const end = await openClassic(span, options, greetClassic)
    const { classic } = end

    let leaving: Promise<void> | null = null
    const lookWhetherOut = (): void => {
      if (isOut(client, room)) leaving ??= leave(span, end).then(over.resolve).catch(fail)
    }
    if (isLate) lookWhetherOut()
    else {
      const notice = encryptedNotice(classic, name)
      const greetEncrypted = greeter(span, 'encrypted', notice)
      const lookForNotice = (): Promise<void> => findSince(span, notice)
      stopListening = listen(span, greetEncrypted, lookForNotice, lookWhetherOut)
      // First the one from before, where an earlier run did not get as far as to remember it.
      await lookForNotice()
      await greetEncrypted()
      await lookForNotice()
      await greetClassic()
    }
    return { classic, ended: over.promise, close }
  } catch (error) {
    await close()
    throw error
  }
}
