/** What screens and programs need of the protocol: failure codes for their texts, limits told before sending. */
export { isFailureCode, limits } from '@sotto/protocol'
export type { FailureCode, FailureDetail } from '@sotto/protocol'
export type * from './view.ts'
export type * from './ports/keychain.ts'
export type * from './ports/password.ts'
export type * from './ports/scheduler.ts'
export type * from './ports/store.ts'
export type * from './ports/transport.ts'
