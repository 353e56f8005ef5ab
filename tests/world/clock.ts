import nodeCrypto from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'
import type { Random } from './random.ts'

/** Virtual time: what is to happen happens in the order of its time, and nothing else makes time pass. */
export interface Clock {
  nowMs(): number
  /** Calls `task` once, `delayMs` from now; the answer cancels it. */
  after(delayMs: number, task: () => void): () => void
  /** Does what is due next, and everything that follows from it at once. `false` when nothing waits. */
  step(): Promise<boolean>
  /** Time passes while everything sleeps: what was due meanwhile is due now. */
  leap(durationMs: number): void
  /** When what is due next is due. */
  nextMs(): number | undefined
  /** Makes this the time of everything in the process, and `random` its randomness. @returns undoes it */
  install(random: Random): () => void
}

interface Timer {
  readonly dueMs: number
  readonly order: number
  task: (() => void) | null
}

const realImmediate = setImmediate

/** All promises that can settle have settled; nothing of the platform is under way, since all is synchronous. */
export const settled = (): Promise<void> => new Promise((resolve) => void realImmediate(resolve))

const isEarlier = (a: Timer, b: Timer): boolean =>
  a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.order < b.order)

const push = (heap: Timer[], timer: Timer): void => {
  let at = heap.push(timer) - 1
  while (at > 0) {
    const parent = (at - 1) >> 1
    if (!isEarlier(timer, heap[parent] as Timer)) break
    heap[at] = heap[parent] as Timer
    at = parent
  }
  heap[at] = timer
}

const pop = (heap: Timer[]): Timer | undefined => {
  const first = heap[0]
  const last = heap.pop()
  if (!first || !last || first === last) return first
  let at = 0
  for (;;) {
    let child = 2 * at + 1
    if (child >= heap.length) break
    if (child + 1 < heap.length && isEarlier(heap[child + 1] as Timer, heap[child] as Timer)) child++
    if (!isEarlier(heap[child] as Timer, last)) break
    heap[at] = heap[child] as Timer
    at = child
  }
  heap[at] = last
  return first
}

export const makeClock = (startMs: number): Clock => {
  const heap: Timer[] = []
  let nowMs = startMs
  let order = 0

  const after = (delayMs: number, task: () => void): (() => void) => {
    const timer: Timer = { dueMs: nowMs + Math.max(0, Math.round(delayMs) || 0), order: order++, task }
    push(heap, timer)
    return () => {
      timer.task = null
    }
  }
  const dropCancelled = (): void => {
    while (heap[0] && heap[0].task === null) pop(heap)
  }

  const install = (random: Random): (() => void) => {
    const real = { setTimeout, clearTimeout, setInterval, clearInterval, setImmediate, clearImmediate }
    const { now } = Date
    const { randomBytes, randomFillSync } = nodeCrypto
    const handle = (cancel: () => void) => {
      const timer = { cancel, unref: () => timer, ref: () => timer, hasRef: () => false }
      return timer
    }
    const clear = (timer: unknown): void => {
      if (typeof timer === 'object' && timer !== null && 'cancel' in timer) (timer.cancel as () => void)()
    }
    const every = (task: (...args: unknown[]) => void, delayMs: number, ...args: unknown[]) => {
      let cancel = (): void => {}
      const again = (): void => {
        cancel = after(Math.max(1, delayMs), () => {
          again()
          task(...args)
        })
      }
      again()
      return handle(() => cancel())
    }
    const once = (task: (...args: unknown[]) => void, delayMs: number, ...args: unknown[]) =>
      handle(after(delayMs, () => task(...args)))
    Object.assign(globalThis, {
      setTimeout: once,
      clearTimeout: clear,
      setInterval: every,
      clearInterval: clear,
      setImmediate: (task: (...args: unknown[]) => void, ...args: unknown[]) => once(task, 0, ...args),
      clearImmediate: clear,
    })
    Date.now = () => nowMs
    const fill = (target: Uint8Array): Uint8Array => {
      target.set(random.bytes(target.length))
      return target
    }
    Object.assign(nodeCrypto, {
      randomBytes: (length: number) => Buffer.from(random.bytes(length)),
      randomFillSync: fill,
    })
    syncBuiltinESMExports()
    return () => {
      Object.assign(globalThis, real)
      Date.now = now
      Object.assign(nodeCrypto, { randomBytes, randomFillSync })
      syncBuiltinESMExports()
    }
  }

  return {
    nowMs: () => nowMs,
    after,
    step: async () => {
      dropCancelled()
      const timer = pop(heap)
      if (!timer) return false
      nowMs = Math.max(nowMs, timer.dueMs)
      timer.task?.()
      await settled()
      return true
    },
    leap: (durationMs) => {
      nowMs += Math.round(durationMs)
    },
    nextMs: () => {
      dropCancelled()
      return heap[0]?.dueMs
    },
    install,
  }
}
