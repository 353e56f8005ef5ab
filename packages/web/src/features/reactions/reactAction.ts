import type { MessageAction } from '../../registry/messageAction.ts'
import { canReact } from './react.ts'
import { ReactionPicker } from './ReactionPicker.tsx'

/** Opens the emoji that one can choose from. */
export const reactAction: MessageAction = {
  id: 'react',
  icon: 'smile',
  label: (t) => t('reactions.add'),
  key: 'r',
  place: 'bar',
  isOffered: canReact,
  deed: { kind: 'panel', Panel: ReactionPicker },
}
