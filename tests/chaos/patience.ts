import { setTimeout as delay } from 'node:timers/promises'

const lookEveryMs = 20

/** Something that should have happened has not: what, and what was there instead. */
export class Overdue extends Error {
  override readonly name = 'Overdue'
}

/**
 * Waits until `look` finds what it looks for. For what no event tells: ports, files, other processes.
 *
 * @throws Overdue after `withinMs`
 */
export const eventually = async <T>(
  what: string,
  withinMs: number,
  look: () => T | undefined | null | false | Promise<T | undefined | null | false>,
): Promise<T> => {
  for (const endMs = Date.now() + withinMs; ; await delay(lookEveryMs)) {
    const found = await look()
    if (found !== undefined && found !== null && found !== false) return found
    if (Date.now() > endMs) throw new Overdue(`${what}: not within ${withinMs / 1000} s`)
  }
}

/** @throws Overdue unless `work` is done within `withinMs` */
export const within = async <T>(what: string, withinMs: number, work: Promise<T>): Promise<T> => {
  const end = new AbortController()
  const late = delay(withinMs, undefined, { signal: end.signal }).then(() => {
    throw new Overdue(`${what}: not within ${withinMs / 1000} s`)
  })
  late.catch(() => {})
  try {
    return await Promise.race([work, late])
  } finally {
    end.abort()
  }
}

/** The length of a fault, or the moment at which it strikes: never a wait for something that can be looked at. */
export const lasting = (ms: number): Promise<void> => delay(ms)
