import type { MessageAction } from '../../registry/messageAction.ts'
import { LaterPicker } from './LaterPicker.tsx'
import { canReact } from './react.ts'

/** Opens the emoji that one can choose from. */
export const reactAction: MessageAction = {
  id: 'react',
  icon: 'smile',
  label: (t) => t('reactions.add'),
  key: 'r',
  place: 'bar',
  isOffered: canReact,
  deed: { kind: 'panel', Panel: LaterPicker },
}
