export type { LaneEvent, LaneListener, Place } from './events.ts'
export { type LaneCode, LaneError } from './failure.ts'
export {
  type Identity,
  type KeyKind,
  makeIdentity,
  type PublicKeys,
  readPublicKeys,
  uploadOf,
} from './keys.ts'
export { type Lane, type LaneOptions, openLane, type Person, type RoomListing } from './lane.ts'
export { type Credentials, logIn, type NewProgram, register } from './rest.ts'
export { type LaneStore, memoryLaneStore } from './store.ts'
export type { ContentAlgorithm } from '@sotto/protocol'
// The forms of what is sealed, for whoever writes or tests another client.
export { chatMessageForms, type SealedForm, signatureForms, signedContent } from '@sotto/protocol'
