import type { Command, KeyHint } from './command.ts'
import type { MessageAction, UnderMessage } from './messageAction.ts'
import type { Screen } from './screen.ts'
import type { WebSlash } from './slash.ts'
import type { UnderMember } from './underMember.ts'

/** What the features bring to the screens of others. */
export interface Registry {
  readonly commands: readonly Command[]
  readonly keyHints: readonly KeyHint[]
  readonly slashCommands: readonly WebSlash[]
  readonly screens: readonly Screen[]
  readonly messageActions: readonly MessageAction[]
  readonly underMessage: readonly UnderMessage[]
  readonly underMember: readonly UnderMember[]
}

/** One of them. All features stand in `app/features.ts`: a line each. */
export type Feature = Partial<Registry>

/** Everything that the features bring, in their order. */
export const registryOf = (features: readonly Feature[]): Registry => ({
  commands: features.flatMap(({ commands }) => commands ?? []),
  keyHints: features.flatMap(({ keyHints }) => keyHints ?? []),
  slashCommands: features.flatMap(({ slashCommands }) => slashCommands ?? []),
  screens: features.flatMap(({ screens }) => screens ?? []),
  messageActions: features.flatMap(({ messageActions }) => messageActions ?? []),
  underMessage: features.flatMap(({ underMessage }) => underMessage ?? []),
  underMember: features.flatMap(({ underMember }) => underMember ?? []),
})
