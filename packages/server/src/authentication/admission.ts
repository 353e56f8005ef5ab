import { type RegistrationMode, SottoError } from '@sotto/protocol'
import type { Clock, ServerLimits } from '../configuration.ts'
import type { EventLog } from '../logging/eventLog.ts'
import { type InviteStore, isUsable } from './invites.ts'
import { tokenHash } from './token.ts'
import { makeTries } from './tries.ts'

/** Who may make an account, on either lane. */
export interface Admission {
  readonly mode: RegistrationMode
  /**
   * Asked before anything that costs: what the account is to be made with, the hash of an invite key, or null where
   * anyone may register. A key that is no good counts against its address; one that is good always passes.
   *
   * @throws SottoError `registration_closed`, `invite_required`, `invite_invalid`, `rate {retryAfterMs}`
   */
  admit(inviteKey: string | null, address: string): Promise<Uint8Array | null>
}

interface Dependencies {
  readonly mode: RegistrationMode
  readonly store: Pick<InviteStore, 'invite'>
  readonly clock: Clock
  readonly limits: ServerLimits
  readonly log: EventLog
}

/** Of tries that stand against an address: beyond, each waits until one has passed. */
const windowsStandingMax = 24

export const makeAdmission = ({ mode, store, clock, limits, log }: Dependencies): Admission => {
  const guesses = makeTries(clock, {
    free: limits.inviteGuessesPerWindow,
    windowMs: limits.inviteGuessesWindowMs,
    delayMaxMs: limits.tryDelayMaxMs,
    standingMax: windowsStandingMax * limits.inviteGuessesPerWindow,
  })

  const invited = async (key: string, address: string): Promise<Uint8Array> => {
    const hash = tokenHash(key)
    const invite = hash && (await store.invite(hash))
    if (hash && invite && isUsable(invite, clock.nowMs())) return hash
    log.info('invite_refused', { address })
    guesses.begin(address)
    throw new SottoError('invite_invalid')
  }

  return {
    mode,
    admit: async (key, address) => {
      switch (mode) {
        case 'open':
          return null
        case 'closed':
          throw new SottoError('registration_closed')
        case 'invite':
          if (key === null || key === '') throw new SottoError('invite_required')
          return invited(key, address)
      }
    },
  }
}
