/** What screens and programs need of the protocol: failure codes for their texts, limits told before sending. */
export {
  accessScopes,
  failureBody,
  failures,
  inviteInFragment,
  inviteLink,
  isFailureCode,
  limits,
  messageTextProblem,
  accountNameProblem,
  hasSomethingToSee,
  nameReasonIn,
  nameReasons,
  newAccountName,
  normalizeName,
  opaqueString,
  parseStrictJson,
  passwordProblem,
  passwordProblems,
  openFailures,
  readInvite,
  registrationModes,
  SottoError,
  titleOf,
} from '@sotto/protocol'
export type {
  AccessScope,
  FailureCode,
  FailureDetail,
  HookFault,
  NameReason,
  ReadInvite,
  RegistrationMode,
} from '@sotto/protocol'
export { type MemoryKeys, memoryKeys, openMemoryKeychain } from './memory/keychain.ts'
export { type MemoryDisk, memoryDisk, openMemoryStore } from './memory/store.ts'
export { asking } from './commands/asking.ts'
export type { ClientCommands, CommandName } from './commands/table.ts'
export { type Draft, emptyDraft, isEmptyDraft, textDraft, textOf, withText } from './draft/draft.ts'
export type { ReactionView } from './content/react/reactions.ts'
export { emojiOf } from './content/react/emoji.ts'
export type * from './view.ts'
export type * from './ports/jose.ts'
export type * from './ports/keychain.ts'
export { type Lack, lacksIn } from './ports/lack.ts'
export { type Obstacle, obstacleIn } from './ports/obstacle.ts'
export { obstacleOfError, obstacleOfStatus } from './ports/obstacleOf.ts'
export type * from './ports/password.ts'
export type * from './ports/scheduler.ts'
export { afterSilence } from './ports/silence.ts'
export type * from './ports/store.ts'
export type * from './ports/transport.ts'
export { type RemoteClient, remoteClient } from './remote/client.ts'
export type { Channel, Reply } from './remote/messages.ts'
export { asked, hearAsked, hearServed, served } from './remote/envelope.ts'
export { serveClient } from './remote/serve.ts'
export {
  openWindow,
  queryForNewer,
  queryForOlder,
  type TimelineWindow,
  withEvent,
  withNewer,
  withOlder,
  withoutNewest,
  withoutOldest,
} from './timeline/window.ts'
export { moveAccount, type NewAddress } from './account/move.ts'
export { sealedStore } from './sealedStore.ts'
export { isOffered } from './openRoom/offered.ts'
export * from './sdk/index.ts'
export * from './slash/index.ts'
export { openClient } from './client.ts'
export type { ClientOptions } from './options.ts'
export type { ClientLimits } from './limits.ts'
