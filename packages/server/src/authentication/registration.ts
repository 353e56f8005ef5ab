import { randomBytes } from 'node:crypto'
import {
  type InputOf,
  messageIdBytes,
  normalizeName,
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
import { type Attempts, makeAttempts } from './attempts.ts'
import type { Opaque } from './opaque.ts'
import type { AuthenticationStore } from './store.ts'
import { makeToken } from './token.ts'

export interface Registration {
  start(input: InputOf<typeof registerStart>, address: string): Promise<OutputOf<typeof registerStart>>
  /** Counts an account that is about to be made. @throws SottoError `rate {retryAfterMs}` */
  admit(address: string): Promise<void>
  finish(input: InputOf<typeof registerFinish>, address: string): Promise<OutputOf<typeof registerFinish>>
}

interface Dependencies {
  readonly store: Pick<AuthenticationStore, 'login' | 'createAccount'>
  readonly admission: Pick<Admission, 'admit'>
  readonly opaque: Opaque
  readonly provider: Provider
  readonly clock: Clock
  readonly limits: ServerLimits
  readonly log: EventLog
}

const hourMs = 3_600_000

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
  const attempts: Attempts = makeAttempts(limits.registrationsPerAddressPerHour, hourMs)

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
      const name = normalizeName(input.name)
      // Early, so that nobody waits for a slow hash of the password in vain; decided it is at the end.
      if (await store.login(name)) throw new SottoError('name_taken')
      const exchange = new Uint8Array(randomBytes(messageIdBytes))
      return { exchange, response: opaque.register(credentialOf(exchange), input.request) }
    },

    admit: attempts.count,

    finish: async (input, address) => {
      const invite = await admission.admit(input.invite ?? null, address)
      const name = normalizeName(input.name)
      const { state, device } = await verifiedGenesis(input, name)
      const token = makeToken()
      const nowMs = clock.nowMs()
      const { account } = state
      const outcome = await store.createAccount({
        account,
        name,
        credential: credentialOf(input.exchange),
        opaqueRecord: input.record,
        genesis: input.genesis,
        state: encodeAccountState(state),
        rootSlot: input.rootSlot,
        session: { tokenHash: token.hash, account, device, createdMs: nowMs, usedMs: nowMs },
        invite,
      })
      switch (outcome) {
        case 'taken':
          throw new SottoError('name_taken')
        case 'invite_spent':
          throw new SottoError('invite_invalid')
        case 'created':
      }
      log.info('registered', { account, device })
      const expiresMs = nowMs + Math.min(limits.sessionIdleMs, limits.sessionAbsoluteMs)
      return { token: token.text, session: { account, device, name, expiresMs } }
    },
  }
}
