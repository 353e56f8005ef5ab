import type { LiveConnection, LiveEvent, Transport } from '@sotto/client'
import {
  decodeAs,
  encodeAs,
  encodeClientFrame,
  limits,
  type ServerFrame,
  SottoError,
  operations,
} from '@sotto/protocol'
import type { Clock } from './clock.ts'
import { never } from './never.ts'
import type { Random } from './random.ts'
import type { AnyOperation, WorldServer } from './server.ts'
import type { Trace } from './trace.ts'

/** What happens to what is said between one device and the server. */
export interface Weather {
  /** Of requests, answers and frames. */
  loss: number
  duplication: number
  /** Of pushes, which then come out of their order. */
  reordering: number
  delayMaxMs: number
}

export const fairWeather: Weather = { loss: 0, duplication: 0, reordering: 0, delayMaxMs: 20 }

/** An open line finds out within this time that it was cut. */
export const breaksWithinMs = 35_000

/** The way of one device to the server. */
export interface Link {
  weather: Weather
  isCut: boolean
  /** Nothing passes; lines that are open find out sooner or later. */
  cut(): void
  mend(): void
  transport(life: Life): Transport
}

/** One run of a device: when it has ended, nothing of it goes on. */
export interface Life {
  isAlive: boolean
  /** Asked before and after each word to the server; what it strikes is dead from then on. */
  says(): void
}

/** A server that is not honest stands between the link and the real one. */
export interface Liar {
  answer(op: AnyOperation, input: unknown, output: unknown): unknown
  /** Undefined swallows the frame. */
  frame(frame: ServerFrame): ServerFrame | undefined
  /** Which server this device is shown. */
  server(): WorldServer
}

export interface LinkOptions {
  readonly name: string
  readonly clock: Clock
  readonly random: Random
  readonly trace: Trace
  readonly liar: Liar
  /** A message of a room leaves the device. */
  onMessage(message: Uint8Array): void
}

export const makeLink = ({ name, clock, random, trace, liar, onMessage }: LinkOptions): Link => {
  const lines = new Set<() => void>()

  const delayMs = (): number => 1 + random.between(0, link.weather.delayMaxMs)
  const pause = (ms: number): Promise<void> => new Promise((resolve) => void clock.after(ms, resolve))
  const isLost = (): boolean => link.isCut || random.chance(link.weather.loss)

  const call =
    (life: Life) =>
    async (op: AnyOperation, input: Record<string, unknown>, token: string | null): Promise<unknown> => {
      if (!life.isAlive) return never()
      const body = encodeAs(op.body, input)
      const params = Object.fromEntries(
        Object.entries(
          op.params as Record<string, { parse(text: string): unknown; print(value: never): string }>,
        ).map(([key, param]) => [key, param.parse(param.print(input[key] as never))]),
      )
      life.says()
      if (!life.isAlive) return never()
      trace.note(name, 'calls', op.name, body.length)
      if (op.name === operations.submitMessage.name) onMessage(input['message'] as Uint8Array)
      const output = await exchange(life, op, body, params, token)
      if (!life.isAlive) return never()
      life.says()
      return life.isAlive ? output : never()
    }

  const exchange = async (
    life: Life,
    op: AnyOperation,
    body: Uint8Array,
    params: unknown,
    token: string | null,
  ): Promise<unknown> => {
    const silence = async (): Promise<never> => {
      await pause(link.isCut && random.chance(0.7) ? delayMs() : limits.requestTimeoutMs)
      if (!life.isAlive) return never()
      throw new SottoError(link.isCut ? 'offline' : 'timeout')
    }
    if (isLost()) return silence()
    await pause(delayMs())
    const server = liar.server()
    if (random.chance(link.weather.duplication))
      clock.after(random.between(0, 5000), () => void server.request(op, body, params, token))
    const answer = await server.request(op, body, params, token)
    if (answer.kind === 'gone') {
      await pause(delayMs())
      if (!life.isAlive) return never()
      throw new SottoError('offline')
    }
    if (isLost()) {
      trace.note(name, 'hears nothing of', op.name)
      return silence()
    }
    await pause(delayMs())
    if (!life.isAlive) return never()
    if (answer.kind === 'failed') {
      trace.note(name, 'is refused', op.name, answer.code)
      throw new SottoError(answer.code, undefined, answer.detail)
    }
    const output = liar.answer(op, { ...(params as object) }, decodeAs(op.output, answer.body, op.name))
    return decodeAs(op.output, encodeAs(op.output, output), op.name)
  }

  const live =
    (life: Life) =>
    (token: string, listener: (event: LiveEvent) => void): LiveConnection => {
      let isOpen = true
      let close = (): void => {}
      let send = (_frame: Uint8Array): void => {}
      let earliestMs = 0
      const tell = (event: LiveEvent): void => {
        if (!life.isAlive || !isOpen) return
        if (event.kind === 'closed') {
          isOpen = false
          lines.delete(breakLine)
        }
        listener(event)
      }
      /** In the order in which it was said, unless it is let go. */
      const inOrder = (task: () => void): void => {
        earliestMs = Math.max(earliestMs, clock.nowMs() + delayMs())
        clock.after(earliestMs - clock.nowMs(), task)
      }
      const hear = (said: ServerFrame): void => {
        if (!isOpen || !life.isAlive) return
        const frame = liar.frame(said)
        if (!frame || link.isCut) return
        const bring = (): void => {
          if (link.isCut || !life.isAlive || !isOpen) return
          life.says()
          if (!life.isAlive) return
          trace.note(name, 'hears', frame.kind)
          tell({ kind: 'frame', frame })
        }
        if (random.chance(link.weather.loss)) {
          trace.note(name, 'misses', frame.kind)
          // A line that has lost an answer is a line that is closed; a push is only a hint.
          if (frame.kind !== 'entries' && frame.kind !== 'welcome') breakLine()
          return
        }
        const isPush = frame.kind === 'entries' || frame.kind === 'behind' || frame.kind === 'welcome'
        if (isPush && random.chance(link.weather.reordering)) clock.after(random.between(0, 3000), bring)
        else inOrder(bring)
        if (isPush && random.chance(link.weather.duplication)) clock.after(random.between(0, 5000), bring)
      }
      const breakLine = (): void => {
        clock.after(0, () => {
          close()
          tell({ kind: 'closed' })
        })
      }
      lines.add(breakLine)
      clock.after(delayMs(), () => {
        if (!isOpen) return
        if (isLost() || !life.isAlive) return breakLine()
        const socket = liar.server().connect(token, hear, () => inOrder(() => tell({ kind: 'closed' })))
        close = () => clock.after(delayMs(), socket.close)
        send = socket.send
        tell({ kind: 'opened', route: 'websocket' })
      })
      return {
        send: (frame) => {
          if (!life.isAlive || !isOpen) return
          const bytes = encodeClientFrame(frame)
          life.says()
          if (!life.isAlive) return
          trace.note(name, 'sends', frame.kind, bytes.length)
          if (frame.kind === 'submit') onMessage(frame.message)
          if (isLost()) return
          inOrder(() => send(bytes))
          if (random.chance(link.weather.duplication)) clock.after(random.between(0, 5000), () => send(bytes))
        },
        close: () => {
          if (!isOpen) return
          close()
          tell({ kind: 'closed' })
        },
      }
    }

  const link: Link = {
    weather: fairWeather,
    isCut: false,
    cut: () => {
      link.isCut = true
      for (const breakLine of lines) clock.after(random.between(0, breaksWithinMs), breakLine)
    },
    mend: () => {
      link.isCut = false
    },
    transport: (life) => ({ call: call(life) as unknown as Transport['call'], live: live(life) }),
  }
  return link
}
