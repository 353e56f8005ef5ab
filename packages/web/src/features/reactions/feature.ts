import type { Feature } from '../../registry/feature.ts'
import { reactAction } from './reactAction.ts'
import { slashReact } from './slashReact.tsx'
import { ReactionChips } from './ReactionChips.tsx'

export const reactions: Feature = {
  slashCommands: [slashReact],
  messageActions: [reactAction],
  underMessage: [{ id: 'reactions', Part: ReactionChips }],
}
