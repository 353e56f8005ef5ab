import { SottoError } from '@sotto/protocol'
import { makeTries, type Tries } from '../../authentication/tries.ts'
import type { Clock, ServerLimits } from '../../configuration.ts'

/** Who asks for an account, as far as that is known. */
export interface Asker {
  readonly address: string
  /** A token that the asker shows, whatever has become of it. */
  readonly token: string | undefined
}

interface Dependencies {
  /** Whether the account of this name was given the token at some time, and who that is; not that it still counts. */
  holderOf(token: string, name: string): Promise<string | undefined>
  readonly clock: Clock
  readonly limits: ServerLimits
}

const hourMs = 3_600_000
/** Windows of which tries can stand at once before the next waits until one has passed. */
const windowsStandingMax = { registrations: 2, logins: 20 }

/** How often program accounts are tried for, each kind with places of its own. */
export const makeProgramTries = ({ holderOf, clock, limits }: Dependencies) => {
  const triesOf = (free: number, windowMs: number, windowsMax: number): Tries =>
    makeTries(clock, {
      free,
      windowMs,
      delayMaxMs: limits.tryDelayMaxMs,
      standingMax: windowsMax * free,
    })
  const registrations = triesOf(
    limits.registrationsPerAddressPerHour,
    hourMs,
    windowsStandingMax.registrations,
  )
  /** Names of persons that were told by address: as many as registration tells, and then no more. */
  const tellings = triesOf(limits.registrationsPerAddressPerHour, hourMs, windowsStandingMax.registrations)
  const guesses = (): Tries =>
    triesOf(limits.loginTriesPerWindow, limits.loginWindowMs, windowsStandingMax.logins)
  const strangers = guesses()
  const holders = guesses()

  /** Who shows a token of the account has been let in before: its tries are its own, and nobody else uses them up. */
  const laneOf = async (name: string, { address, token }: Asker) => {
    const holder = token === undefined ? undefined : await holderOf(token, name)
    return holder === undefined
      ? { tries: strangers, key: `${address} ${name}`, share: address }
      : { tries: holders, key: holder, share: holder }
  }

  const mayTell = (address: string): boolean => {
    try {
      tellings.begin(address)
      return true
    } catch (error) {
      if (error instanceof SottoError && error.code === 'rate') return false
      throw error
    }
  }

  return { registrations, laneOf, mayTell }
}
