import { SottoError, type Store, type Transport } from '@sotto/client'
import type { Weather } from './world.ts'

/** What a call, or a frame, was about to do when the line gave way. */
export interface Fault {
  /** Counts what has passed; says whether this one is lost. */
  strikes(what: string): boolean
}

/** Every one in so many. */
export const every = (period: number): Fault => {
  let count = 0
  return { strikes: () => ++count % period === 0 }
}

/** Those that are named, the first `times` times. */
export const first = (times: number, name: string): Fault => {
  let count = 0
  return { strikes: (what) => what === name && ++count <= times }
}

/** Answers of the server that never arrive: what was asked for has been done all the same. */
export const losingAnswers = (fault: Fault, failure: () => unknown): Weather => ({
  transport: (transport): Transport => ({
    call: async (op, input, token) => {
      const output = await transport.call(op, input, token)
      if (fault.strikes(op.name)) throw failure()
      return output
    },
    live: (token, listener) => {
      const line = transport.live(token, (event) => {
        if (event.kind === 'frame' && fault.strikes(event.frame.kind)) return line.close()
        listener(event)
      })
      return line
    },
  }),
})

/** Tells when the server has answered a call of this name. */
export const answerOf = (name: string): Weather & { readonly answered: Promise<void> } => {
  const { promise: answered, resolve } = Promise.withResolvers<void>()
  return {
    answered,
    transport: (transport): Transport => ({
      ...transport,
      call: async (op, input, token) => {
        const output = await transport.call(op, input, token)
        if (op.name === name) resolve()
        return output
      },
    }),
  }
}

/** The first call of this name is refused, and comes a second time when the next one is made, before that. */
export const overtaken = (name: string, refusal: () => unknown): Weather => ({
  transport: (transport): Transport => {
    let late: (() => Promise<unknown>) | undefined
    let isRefused = false
    return {
      ...transport,
      call: async (op, input, token) => {
        if (op.name === name && !isRefused) {
          isRefused = true
          late = () => transport.call(op, input, token)
          throw refusal()
        }
        if (op.name === name && late) {
          const waiting = late
          late = undefined
          await waiting()
        }
        return transport.call(op, input, token)
      },
    }
  },
})

/** Every frame of entries twice, and sometimes the earlier ones again. */
export const repeatingPushes = (): Weather => ({
  transport: (transport) => ({
    ...transport,
    live: (token, listener) => {
      const seen: Parameters<typeof listener>[0][] = []
      return transport.live(token, (event) => {
        listener(event)
        if (event.kind !== 'frame' || event.frame.kind !== 'entries') return
        seen.push(event)
        for (const earlier of seen.slice(-3)) listener(earlier)
      })
    },
  }),
})

/** Pushes that do not come, one in so many: the log has to tell. */
export const losingPushes = (fault: Fault): Weather => ({
  transport: (transport) => ({
    ...transport,
    live: (token, listener) =>
      transport.live(token, (event) => {
        if (event.kind === 'frame' && event.frame.kind === 'entries' && fault.strikes('entries')) return
        listener(event)
      }),
  }),
})

/** A server that says somebody else has invited. */
export const misnaming = (inviter: () => Uint8Array): Weather => ({
  transport: (transport) => ({
    ...transport,
    call: async (op, input, token) => {
      const output = await transport.call(op, input, token)
      if (op.name !== 'welcome.list') return output
      const { welcomes } = output as { welcomes: readonly object[] }
      return { ...output, welcomes: welcomes.map((waiting) => ({ ...waiting, inviter: inviter() })) }
    },
  }),
})

/** Pauses of the client are short. */
export const hurry: Weather = {
  scheduler: (scheduler) => ({ ...scheduler, after: (delayMs, task) => scheduler.after(delayMs / 20, task) }),
}

/** Calls of this name wait until `release`; `reached` when there is one. */
export const held = (name: string): Weather & { readonly reached: Promise<void>; release(): void } => {
  let reach = (): void => {}
  const reached = new Promise<void>((resolve) => (reach = resolve))
  let release = (): void => {}
  const released = new Promise<void>((resolve) => (release = resolve))
  return {
    reached,
    release: () => release(),
    transport: (transport) => ({
      ...transport,
      call: async (op, input, token) => {
        if (op.name === name) {
          reach()
          await released
        }
        return transport.call(op, input, token)
      },
    }),
  }
}

/** What the calls of this name came to, one after the other. */
export const noting = (name: string, note: (outcome: string) => void): Weather => ({
  transport: (transport) => ({
    ...transport,
    call: async (op, input, token) => {
      try {
        const output = await transport.call(op, input, token)
        if (op.name === name) note('ok')
        return output
      } catch (error) {
        if (op.name === name) note(error instanceof SottoError ? error.code : String(error))
        throw error
      }
    },
  }),
})

/** From `begin` on, answers to calls of this name wait for `end`. */
export const lateAnswers = (name: string): Weather & { begin(): void; end(): void } => {
  let isLate = false
  let end = (): void => {}
  const ended = new Promise<void>((resolve) => (end = resolve))
  return {
    begin: () => (isLate = true),
    end: () => end(),
    transport: (transport) => ({
      ...transport,
      call: async (op, input, token) => {
        const output = await transport.call(op, input, token)
        if (isLate && op.name === name) await ended
        return output
      },
    }),
  }
}

/** Nothing of the log arrives, neither pushed nor read, until it is over; what is said does. */
export const deafness = (): Weather & { end(): void } => {
  let isDeaf = true
  return {
    end: () => (isDeaf = false),
    transport: (transport) => ({
      call: async (op, input, token) => {
        if (isDeaf && op.name === 'room.log') throw new SottoError('timeout')
        return transport.call(op, input, token)
      },
      live: (token, listener) =>
        transport.live(token, (event) => {
          if (isDeaf && event.kind === 'frame' && event.frame.kind === 'entries') return
          listener(event)
        }),
    }),
  }
}

/** A server that says how far a log goes and shows nothing of it, until it is over. */
export const emptyPages = (): Weather & { end(): void } => {
  let isLying = true
  return {
    end: () => (isLying = false),
    transport: (transport) => ({
      ...transport,
      call: async (op, input, token) => {
        const output = await transport.call(op, input, token)
        return isLying && op.name === 'room.log' ? { ...output, messages: [] } : output
      },
    }),
  }
}

/** The power goes at the n-th commit: before it, or just after it has taken effect. */
export const powerCut = (
  at: number,
  when: 'before' | 'after',
): Weather & { readonly struck: Promise<void> } => {
  let count = 0
  let strike: () => void
  const struck = new Promise<void>((resolve) => (strike = resolve))
  return {
    struck,
    store: (store): Store => ({
      ...store,
      commit: async (changes) => {
        count += 1
        if (count === at && when === 'after') await store.commit(changes)
        if (count < at) return store.commit(changes)
        strike()
        throw new Error('the power is gone')
      },
    }),
  }
}

/** The machine stops at the n-th thing that it says to the server, or hears from it. */
export const lineCut = (at: number): Weather & { readonly struck: Promise<void> } => {
  let count = 0
  let strike: () => void
  const struck = new Promise<void>((resolve) => (strike = resolve))
  const isDead = (): boolean => {
    count += 1
    if (count >= at) strike()
    return count >= at
  }
  return {
    struck,
    transport: (transport): Transport => ({
      call: async (op, input, token) => {
        if (isDead()) return new Promise(() => {})
        const output = await transport.call(op, input, token)
        return isDead() ? new Promise(() => {}) : output
      },
      live: (token, listener) => {
        const line = transport.live(token, (event) => {
          if (!isDead()) listener(event)
        })
        return {
          send: (frame) => {
            if (!isDead()) line.send(frame)
          },
          close: line.close,
        }
      },
    }),
  }
}
