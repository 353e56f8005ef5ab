import {
  equalBytes,
  H,
  type InputOf,
  type loginFinish,
  type loginStart,
  type loginStartOfDevice,
  normalizeName,
  type OutputOf,
  SottoError,
  toHex,
} from '@sotto/protocol'
import { type SignatureLabel, verifyLabelled } from '@sotto/trust'
import type { Provider } from '@sotto/mls/public'
import type { Clock, ServerLimits } from '../configuration.ts'
import type { EventLog } from '../logging/eventLog.ts'
import { makeExchanges } from './exchanges.ts'
import type { Opaque } from './opaque.ts'
import type { Sessions } from './sessions.ts'
import type { AuthenticationStore } from './store.ts'
import { makeTries, type Tries } from './tries.ts'

export interface LoginService {
  start(input: InputOf<typeof loginStart>, address: string): Promise<OutputOf<typeof loginStart>>
  /** The same for a device of the account that signs: nobody else can use up its tries. */
  startOfDevice(
    input: InputOf<typeof loginStartOfDevice>,
    address: string,
  ): Promise<OutputOf<typeof loginStartOfDevice>>
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
type Login = Awaited<ReturnType<AuthenticationStore['login']>>

/** Whose tries they are: strangers are counted by name and address, a device that signs by itself. */
interface Lane {
  readonly tries: Tries
  readonly exchanges: ReturnType<typeof makeExchanges>
}

/** Windows whose tries can stand at once: an hour and a quarter of guessing on and on. */
const windowsStandingMax = 20

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
  const makeLane = (exchangesPerShareMax: number): Lane => ({
    tries: makeTries(clock, {
      free: limits.loginTriesPerWindow,
      windowMs: limits.loginWindowMs,
      delayMaxMs: limits.tryDelayMaxMs,
      standingMax: windowsStandingMax * limits.loginTriesPerWindow,
    }),
    exchanges: makeExchanges(clock, limits.loginExchangeMs, {
      perShare: exchangesPerShareMax,
      total: limits.loginExchangesMax,
    }),
  })
  const strangers = makeLane(limits.loginExchangesPerAddressMax)
  const devices = makeLane(limits.loginTriesPerWindow)

  const isProvenBy = async (
    { account, device, proof }: DeviceProof,
    expected: Uint8Array | undefined,
    label: SignatureLabel,
    bound: Uint8Array,
  ): Promise<boolean> => {
    const key = expected && equalBytes(account, expected) ? await deviceKey(account, device) : undefined
    return key !== undefined && verifyLabelled(provider, key, label, [account, device, bound], proof)
  }

  const begin = (
    { tries, exchanges }: Lane,
    { name, login, request, key, share }: Beginning,
  ): OutputOf<typeof loginStart> => {
    tries.check(key)
    const { state, response } = opaque.challenge(login?.credential ?? name, login?.opaqueRecord, request)
    // Before the answer: each one lets a password be tried, whether or not the exchange is finished.
    tries.begin(key)
    return { exchange: exchanges.begin({ name, account: login?.account, state }, share), response }
  }

  const strangersKey = (name: string, address: string): string => `${address} ${name}`

  const beginAsStranger = (name: string, login: Login, request: Uint8Array, address: string) =>
    begin(strangers, { name, login, request, key: strangersKey(name, address), share: address })

  return {
    start: async (input, address) => {
      const name = normalizeName(input.name)
      return beginAsStranger(name, await store.login(name), input.request, address)
    },

    startOfDevice: async ({ name: given, request, device }, address) => {
      const name = normalizeName(given)
      const login = await store.login(name)
      // Whose proof does not hold is a stranger, with the same answer: it does not tell which names there are.
      if (!(await isProvenBy(device, login?.account, 'login-start', H(request))))
        return beginAsStranger(name, login, request, address)
      const key = toHex(device.device)
      return begin(devices, { name, login, request, key, share: key })
    },

    finish: async (input, address) => {
      const ofDevice = devices.exchanges.take(input.exchange)
      const exchange = ofDevice ?? strangers.exchanges.take(input.exchange)
      // Verified for unknown names too, so that the time it takes does not tell them apart.
      const isVerified = exchange !== undefined && opaque.verify(exchange.state, input.finish)
      if (!isVerified || !exchange.account) {
        log.info('login_refused', { address, ...(exchange?.account ? { account: exchange.account } : {}) })
        throw new SottoError('invalid_credentials')
      }
      const { account, name, share } = exchange
      if (ofDevice) devices.tries.settle(share)
      else strangers.tries.settle(strangersKey(name, share))
      if (input.device && !(await isProvenBy(input.device, account, 'login', input.exchange)))
        throw new SottoError('device_unknown')
      const device = input.device?.device ?? null
      const opened = await sessions.open(account, device, name)
      log.info('login', { account, device, address })
      return opened
    },
  }
}

interface Beginning {
  readonly name: string
  readonly login: Login
  readonly request: Uint8Array
  /** What the try is counted by. */
  readonly key: string
  /** Whose exchange it is. */
  readonly share: string
}
