import type { Provider } from '@sotto/mls'
import type { DeviceSigner } from '@sotto/trust'
import type { Blocks } from './account/blocks.ts'
import type { Call, Contacts } from './account/contacts.ts'
import type { KeyPackagePool } from './account/keyPackages.ts'
import type { Ready } from './account/profile.ts'
import type { Jose } from './ports/jose.ts'
import type { Scheduler } from './ports/scheduler.ts'
import type { Store } from './ports/store.ts'
import type { Line } from './room/line.ts'
import type { RoomState } from './room/state.ts'
import type { Told } from './room/step.ts'
import type { Tools } from './room/tools.ts'
import type { SenderOf } from './timeline/view.ts'
import type { VerifiedMarks } from './verification/marks.ts'

/** What an account on this device works with. */
export interface DeviceDeps {
  readonly store: Store
  readonly provider: Provider
  readonly jose: Jose
  readonly scheduler: Scheduler
  readonly signer: DeviceSigner
  readonly profile: Ready
  readonly contacts: Contacts
  readonly blocks: Blocks
  readonly verified: VerifiedMarks
  readonly pool: KeyPackagePool
  readonly line: Line
  readonly call: Call
  readonly senderOf: SenderOf
  timeMs(): number
  /** Asks the server what it is and what time it has. */
  fetchServerInfo(): Promise<void>
  /** Resolves when no line is on its way any more. */
  lineSettled(): Promise<void>
  changed(room: RoomState, told: readonly Told[]): void
  /** Something about rooms that is not in their state. */
  invalidate(): void
  halt(error: unknown): void
}

/** What rooms need of it. */
export const toolsOf = ({ provider, jose, signer, contacts, profile }: DeviceDeps): Tools => {
  const { account, device, sealingKey } = profile
  return { provider, jose, account, device, signer, sealingKey, find: contacts.find }
}
