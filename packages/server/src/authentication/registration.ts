import { randomBytes } from 'node:crypto'
import {
  type InputOf,
  messageIdBytes,
  type OutputOf,
  type registerFinish,
  type registerStart,
  SottoError,
  toHex,
} from '@sotto/protocol'
import { encodeAccountState, linkTimeSkewMaxS, verifyChain } from '@sotto/trust'
import type { Provider } from '@sotto/mls/public'
import type { Clock, ServerLimits } from '../configuration.ts'
import type { EventLog } from '../logging/eventLog.ts'
import type { Admission } from './admission.ts'
import { nameToGive } from './nameToGive.ts'
import type { Opaque } from './opaque.ts'
import type { AuthenticationStore } from './store.ts'
import { makeToken } from './token.ts'
import { makeTries } from './tries.ts'

export interface Registration {
  /** Gives the same answer for every name: whether it is free is told at the end, where it is counted. */
  start(input: InputOf<typeof registerStart>, address: string): Promise<OutputOf<typeof registerStart>>
  /**
   * Counts the account that is made, and the name that is told to be taken; nothing else.
   *
   * @throws SottoError `rate {retryAfterMs}`, `name_invalid {reason}`, `name_reserved`, `name_taken`, `name_alike`
   */
  finish(input: InputOf<typeof registerFinish>, address: string): Promise<OutputOf<typeof registerFinish>>
}

interface Dependencies {
  readonly store: Pick<AuthenticationStore, 'createAccount'>
  readonly admission: Pick<Admission, 'admit'>
  readonly opaque: Opaque
  readonly provider: Provider
  readonly clock: Clock
  readonly limits: ServerLimits
  readonly log: EventLog
}

const hourMs = 3_600_000
/** Hours whose accounts can stand at once before an address waits for the oldest to pass. */
const hoursStandingMax = 2

/**
 * A name can pass to another account, the key of a password must not. Whoever names an exchange that was not theirs
 * finds it taken, or has a credential like any other: nobody else ever gets an answer under it.
 */
const credentialOf = (exchange: Uint8Array): string => toHex(exchange)

export const makeRegistration = ({
  store,
  admission,
  opaque,
  provider,
  clock,
  limits,
  log,
}: Dependencies): Registration => {
  const tries = makeTries(clock, {
    free: limits.registrationsPerAddressPerHour,
    windowMs: hourMs,
    delayMaxMs: limits.tryDelayMaxMs,
    standingMax: hoursStandingMax * limits.registrationsPerAddressPerHour,
  })

  const verifiedGenesis = async (input: InputOf<typeof registerFinish>, name: string) => {
    const nowS = Math.floor(clock.nowMs() / 1000)
    const verdict = await verifyChain(provider, [input.genesis], nowS)
    if (verdict.kind === 'refused') throw new SottoError('policy', undefined, { rule: verdict.rule })
    const state = verdict.value
    if (state.name !== name) throw new SottoError('bad_request', 'the chain is of another name')
    if (Math.abs(state.timeS - nowS) > linkTimeSkewMaxS)
      throw new SottoError('bad_request', 'the clock is wrong', { timeMs: clock.nowMs() })
    const [device] = [...state.devices.values()]
    if (!device) throw new SottoError('bad_request', 'the chain has no device')
    return { state, device: device.certificate.device }
  }

  return {
    start: async (input, address) => {
      await admission.admit(input.invite ?? null, address)
      nameToGive(input.name)
      const exchange = new Uint8Array(randomBytes(messageIdBytes))
      return { exchange, response: opaque.register(credentialOf(exchange), input.request) }
    },

    finish: async (input, address) => {
      const invite = await admission.admit(input.invite ?? null, address)
      // Whoever has an invite key is not slowed down by neighbours.
      const key = invite ? toHex(invite) : address
      tries.check(key)
      const name = nameToGive(input.name)
      const { state, device } = await verifiedGenesis(input, name)
      const token = makeToken()
      const nowMs = clock.nowMs()
      const { account } = state
      const made = {
        account,
        name,
        credential: credentialOf(input.exchange),
        opaqueRecord: input.record,
        genesis: input.genesis,
        state: encodeAccountState(state),
        rootSlot: input.rootSlot,
        session: { tokenHash: token.hash, account, device, createdMs: nowMs, usedMs: nowMs },
        invite,
      }
      // Before the store is asked: of many at once no more are told anything than one after the other.
      tries.begin(key)
      const outcome = await store.createAccount(made).catch((error: unknown) => {
        tries.undo(key)
        throw error
      })
      switch (outcome) {
        case 'taken':
          throw new SottoError('name_taken')
        case 'alike':
          throw new SottoError('name_alike')
        case 'invite_spent':
          tries.undo(key)
          throw new SottoError('invite_invalid')
        case 'created':
      }
      log.info('registered', { account, device, address })
      const expiresMs = nowMs + Math.min(limits.sessionIdleMs, limits.sessionAbsoluteMs)
      return { token: token.text, session: { account, device, name, expiresMs } }
    },
  }
}
