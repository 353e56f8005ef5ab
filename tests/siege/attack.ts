import type { Answered, Asked, Place } from './place.ts'

/** How often something came about, by its name. */
export type Tally = Map<string, number>

export const count = (tally: Tally, what: string): void => void tally.set(what, (tally.get(what) ?? 0) + 1)

/** What an attacker knows. */
export interface Target {
  readonly url: string
  readonly port: number
  /** The name of an honest account. */
  readonly victim: string
  readonly victimPassword: string
}

/** Attackers who have their accounts, rooms and keys, and wait. */
export interface Ready {
  /** Does all that it may, until the signal. */
  run(signal: AbortSignal): Promise<void>
  readonly tally: Tally
  leave(): void
}

export interface Attack {
  readonly name: string
  prepare(target: Target): Promise<Ready>
}

/** Asks, and notes under which status it was answered. */
export const askAndCount = async (
  place: Place,
  tally: Tally,
  what: string,
  asked: Asked,
): Promise<Answered | undefined> => {
  try {
    const answered = await place.ask(asked)
    count(tally, `${what} ${answered.status}`)
    return answered
  } catch {
    count(tally, `${what} cut`)
    return undefined
  }
}
