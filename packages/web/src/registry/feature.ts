import type { MessageAction, UnderMessage } from './messageAction.ts'

/** What a feature brings to the screens of others. All features stand in `app/features.ts`: a line each. */
export interface Feature {
  readonly messageActions?: readonly MessageAction[]
  readonly underMessage?: readonly UnderMessage[]
}

/** Everything that the features bring, in their order. */
export interface Registry {
  readonly messageActions: readonly MessageAction[]
  readonly underMessage: readonly UnderMessage[]
}

export const registryOf = (features: readonly Feature[]): Registry => ({
  messageActions: features.flatMap((feature) => feature.messageActions ?? []),
  underMessage: features.flatMap((feature) => feature.underMessage ?? []),
})
