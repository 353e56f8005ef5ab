import {
  type Call,
  type CallAnswer,
  LaneError,
  type LaneSocket,
  type LaneTransport,
  type SocketListener,
} from '@sotto/lane/core'
import type { Clock } from '../clock.ts'
import { breaksWithinMs, fairWeather, type Life, type Weather } from '../network.ts'
import { never } from '../never.ts'
import type { Random } from '../random.ts'
import type { Trace } from '../trace.ts'
import type { LaneConnection, LaneServer } from './server.ts'

/** The way of one program to the server: calls, and a stream in each direction that keeps its order until it breaks. */
export interface LaneLink {
  weather: Weather
  isCut: boolean
  cut(): void
  mend(): void
  transport(life: Life): LaneTransport
}

interface Options {
  readonly name: string
  readonly clock: Clock
  readonly random: Random
  readonly trace: Trace
  readonly server: LaneServer
  /** Sees all that passes. */
  onWords(text: string): void
}

const callMaxMs = 30_000
const reconnectMs = { first: 500, max: 5000 }

export const makeLaneLink = (options: Options): LaneLink => {
  const { clock, random, server } = options
  const streams = new Set<() => void>()
  const delayMs = (): number => 1 + random.between(0, link.weather.delayMaxMs)
  const pause = (ms: number): Promise<void> => new Promise((resolve) => void clock.after(ms, resolve))
  const isLost = (): boolean => link.isCut || random.chance(link.weather.loss)

  const exchange = async (life: Life, call: Call): Promise<CallAnswer> => {
    const silence = async (): Promise<never> => {
      await pause(link.isCut && random.chance(0.7) ? delayMs() : callMaxMs)
      if (!life.isAlive) return never()
      throw new LaneError(link.isCut ? 'OFFLINE' : 'TIMEOUT')
    }
    if (isLost()) return silence()
    await pause(delayMs())
    // Somebody on the way may ask twice for what changes nothing.
    if (call.method === 'GET' && random.chance(link.weather.duplication))
      clock.after(random.between(0, 5000), () => void server.call(call))
    const answer = await server.call(call)
    if (answer === 'gone') {
      await pause(delayMs())
      throw new LaneError('OFFLINE')
    }
    if (isLost()) return silence()
    await pause(delayMs())
    return answer
  }

  const callBy =
    (life: Life) =>
    async (call: Call): Promise<CallAnswer> => {
      if (!life.isAlive) return never()
      options.onWords(JSON.stringify(call.body ?? ''))
      life.says()
      if (!life.isAlive) return never()
      options.trace.note(options.name, 'asks', call.method, call.path)
      try {
        const answer = await exchange(life, call)
        options.onWords(answer.json ?? '')
        if (life.isAlive) life.says()
        return life.isAlive ? answer : await never()
      } catch (error) {
        if (!life.isAlive) return never()
        throw error
      }
    }

  const link: LaneLink = {
    weather: fairWeather,
    isCut: false,
    cut: () => {
      link.isCut = true
      for (const end of streams) clock.after(random.between(0, breaksWithinMs), end)
    },
    mend: () => {
      link.isCut = false
    },
    transport: (life) => ({
      call: callBy(life),
      socket: (listener) => makeSocket(life, listener),
    }),
  }

  /** What one connection says in one direction arrives in the order in which it was said, or not at all. */
  const makeStream = (onBroken: () => void) => {
    let earliestMs = 0
    let isBroken = false
    return (task: () => void): void => {
      if (isBroken) return
      if (isLost()) {
        isBroken = true
        clock.after(random.between(0, breaksWithinMs), onBroken)
        return
      }
      earliestMs = Math.max(earliestMs, clock.nowMs() + delayMs())
      clock.after(earliestMs - clock.nowMs(), () => {
        if (link.isCut) isBroken = true
        if (!isBroken) task()
      })
    }
  }

  const makeSocket = (life: Life, listener: SocketListener): LaneSocket => {
    let isWanted = true
    let tries = 0
    let open: { readonly emit: LaneSocket['emit']; readonly end: () => void } | null = null
    const isHeard = (): boolean => life.isAlive && isWanted

    const again = (): void => {
      const baseMs = Math.min(reconnectMs.max, reconnectMs.first * 2 ** tries++)
      clock.after(baseMs * (0.5 + random.next()), attempt)
    }
    const refused = (data: unknown, comesBack: boolean): void => {
      if (!isHeard()) return
      listener.onRefused(data, comesBack)
      if (comesBack) again()
    }
    const attempt = (): void => {
      if (!isHeard() || open) return
      clock.after(delayMs(), () => {
        if (!isHeard() || open) return
        if (isLost() || !server.isUp()) return refused(undefined, true)
        void listener.token().then((token) => {
          if (isHeard() && !open) connect(token)
        })
      })
    }

    const connect = (token: string | undefined): void => {
      let isOpen = true
      const close = (): boolean => {
        if (!isOpen) return false
        isOpen = false
        open = null
        streams.delete(broken)
        return true
      }
      const broken = (): void => {
        if (!close()) return
        clock.after(delayMs(), connection.close)
        if (!isHeard()) return
        listener.onClosed('network')
        again()
      }
      const [toUs, toServer] = [makeStream(broken), makeStream(broken)]
      const hear = (task: () => void): void =>
        toUs(() => {
          if (!isOpen || !isHeard()) return
          life.says()
          if (life.isAlive) task()
        })
      streams.add(broken)
      const connection: LaneConnection = server.connect(token, {
        event: (event, payload) => {
          options.onWords(JSON.stringify(payload))
          hear(() => {
            options.trace.note(options.name, 'is told', event)
            tries = 0
            listener.onEvent(event, payload)
          })
        },
        // The library answers when all that came before has been handed over.
        ping: (answered) => hear(() => toServer(answered)),
        refused: (data) =>
          hear(() => {
            if (close()) refused(data, false)
          }),
        closed: (by) =>
          hear(() => {
            if (!close()) return
            listener.onClosed(by)
            if (by === 'network') again()
          }),
      })
      open = {
        end: () => {
          if (close()) clock.after(delayMs(), connection.close)
        },
        emit: (event, payload, acknowledged) => {
          const words = JSON.stringify([event, payload])
          options.onWords(words)
          life.says()
          if (!life.isAlive) return
          options.trace.note(options.name, 'says', event, words.length)
          toServer(() => connection.emit(words, (answer) => hear(() => acknowledged(answer))))
        },
      }
    }

    attempt()
    return {
      connect: attempt,
      emit: (event, payload, acknowledged) => {
        if (isHeard()) open?.emit(event, payload, acknowledged)
      },
      close: () => {
        isWanted = false
        open?.end()
      },
    }
  }

  return link
}
