import type { Provider } from '@sotto/mls'
import type { DeviceSigner } from '@sotto/trust'
import type { Contact } from '../account/contactRows.ts'
import type { Jose } from '../ports/jose.ts'

/** What a step may use beside the state it is given: capabilities are arguments, never part of the state. */
export interface Tools {
  readonly provider: Provider
  readonly jose: Jose
  readonly account: Uint8Array
  readonly device: Uint8Array
  readonly signer: DeviceSigner
  /** DX, the private half. */
  readonly sealingKey: Uint8Array
  /** Of accounts that are loaded; what is missing is asked for by the step and found at its next attempt. */
  find(account: Uint8Array): Contact | undefined
}
