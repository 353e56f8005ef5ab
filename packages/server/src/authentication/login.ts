import {
  equalBytes,
  type InputOf,
  type loginFinish,
  type loginStart,
  normalizeName,
  type OutputOf,
  SottoError,
} from '@sotto/protocol'
import { verifyLabelled } from '@sotto/trust'
import type { Provider } from '@sotto/mls/public'
import type { Clock, ServerLimits } from '../configuration.ts'
import type { EventLog } from '../logging/eventLog.ts'
import { makeAttempts } from './attempts.ts'
import { makeExchanges } from './exchanges.ts'
import type { Opaque } from './opaque.ts'
import type { Sessions } from './sessions.ts'
import type { AuthenticationStore } from './store.ts'

export interface LoginService {
  start(input: InputOf<typeof loginStart>, address: string): Promise<OutputOf<typeof loginStart>>
  finish(input: InputOf<typeof loginFinish>, address: string): Promise<OutputOf<typeof loginFinish>>
}

/** The key D of a device that may act for the account now; undefined where there is none. */
export type DeviceKeyLookup = (account: Uint8Array, device: Uint8Array) => Promise<Uint8Array | undefined>

interface Dependencies {
  readonly store: Pick<AuthenticationStore, 'login'>
  readonly sessions: Pick<Sessions, 'open'>
  readonly opaque: Opaque
  readonly provider: Provider
  readonly deviceKey: DeviceKeyLookup
  readonly clock: Clock
  readonly limits: ServerLimits
  readonly log: EventLog
}

type DeviceProof = NonNullable<InputOf<typeof loginFinish>['device']>

export const makeLogin = ({
  store,
  sessions,
  opaque,
  provider,
  deviceKey,
  clock,
  limits,
  log,
}: Dependencies): LoginService => {
  const attempts = makeAttempts(limits.loginTriesPerWindow, limits.loginWindowMs)
  const exchanges = makeExchanges(clock, limits.loginExchangeMs)
  const attemptsKey = (name: string, address: string): string => `${address} ${name}`

  const proveDevice = async (
    proof: DeviceProof,
    account: Uint8Array,
    exchange: Uint8Array,
  ): Promise<Uint8Array> => {
    const key = equalBytes(proof.account, account) ? await deviceKey(account, proof.device) : undefined
    const isProven =
      key !== undefined &&
      (await verifyLabelled(provider, key, 'login', [account, proof.device, exchange], proof.proof))
    if (!isProven) throw new SottoError('device_unknown')
    return proof.device
  }

  return {
    start: async (input, address) => {
      const name = normalizeName(input.name)
      // Counted before the answer: each one lets a password be tried, whether or not the exchange is finished.
      await attempts.count(attemptsKey(name, address))
      const login = await store.login(name)
      const { state, response } = opaque.challenge(
        login?.credential ?? name,
        login?.opaqueRecord,
        input.request,
      )
      return { exchange: exchanges.begin({ name, account: login?.account, state }), response }
    },

    finish: async (input, address) => {
      const exchange = exchanges.take(input.exchange)
      // Verified for unknown names too, so that the time it takes does not tell them apart.
      const isVerified = exchange !== undefined && opaque.verify(exchange.state, input.finish)
      if (!isVerified || !exchange.account) {
        log.info('login_refused', exchange?.account ? { account: exchange.account } : {})
        throw new SottoError('invalid_credentials')
      }
      const { account, name } = exchange
      await attempts.forget(attemptsKey(name, address))
      const device = input.device ? await proveDevice(input.device, account, input.exchange) : null
      const opened = await sessions.open(account, device, name)
      log.info('login', { account, device })
      return opened
    },
  }
}
