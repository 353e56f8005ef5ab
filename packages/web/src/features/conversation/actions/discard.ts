import type { MessageAction } from '../../../registry/messageAction.ts'
import { isFailed } from './retry.ts'

/** Forgets what was not sent. */
export const discard: MessageAction = {
  id: 'discard',
  icon: 'trash',
  label: (t) => t('conversation.discard'),
  key: 'Delete',
  place: 'menu',
  danger: true,
  isOffered: ({ item }) => isFailed(item),
  deed: {
    kind: 'act',
    act: ({ room, item }, { client }) => client.discard({ room: room.id, id: item.id }),
  },
}
