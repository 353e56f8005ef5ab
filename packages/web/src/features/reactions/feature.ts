import type { Feature } from '../../registry/feature.ts'
import { reactAction } from './reactAction.ts'
import { ReactionChips } from './ReactionChips.tsx'

export const reactions: Feature = {
  messageActions: [reactAction],
  underMessage: [{ id: 'reactions', Part: ReactionChips }],
}
