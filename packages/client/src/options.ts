import type { Provider } from '@sotto/mls'
import type { DeviceKind } from '@sotto/trust'
import type { ClientLimits } from './limits.ts'
import type { Jose } from './ports/jose.ts'
import type { Keychain } from './ports/keychain.ts'
import type { PasswordProtocol } from './ports/password.ts'
import type { Scheduler } from './ports/scheduler.ts'
import type { Store } from './ports/store.ts'
import type { Transport } from './ports/transport.ts'
import type { Volatile } from './session/volatile.ts'

/** What a client is opened with: whose profile, at which server, and the ports through which it reaches everything. */
export interface ClientOptions {
  /** Origin of the server. */
  readonly server: string
  /** Holds what the client writes; sealed at rest, see `sealedStore`. */
  readonly store: Store
  readonly keychain: Keychain
  readonly transport: Transport
  readonly scheduler: Scheduler
  readonly provider: Provider
  /** For hooks: what scripts post is JOSE. */
  readonly jose: Jose
  readonly password: PasswordProtocol
  readonly deviceKind: DeviceKind
  /** Default: those of `protocol/limits`. */
  readonly limits?: Partial<ClientLimits>
  /** Takes what is to be called whenever something outside says that the server may be reachable again. */
  readonly onHope?: (hurry: () => void) => void
  /** Takes a look at what the client knows beside its store: for tests and for whoever looks for a fault. */
  readonly onVolatile?: (look: () => Volatile) => void
}
