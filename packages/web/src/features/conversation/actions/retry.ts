import type { MessageAction, SpokenItem } from '../../../registry/messageAction.ts'

export const isFailed = (item: SpokenItem): boolean =>
  item.kind === 'message' && item.delivery.kind === 'failed'

/** Sends again what was not sent. */
export const retry: MessageAction = {
  id: 'retry',
  icon: 'renew',
  label: (t) => t('conversation.retry'),
  key: 't',
  place: 'menu',
  isOffered: ({ item }) => isFailed(item),
  deed: {
    kind: 'act',
    act: ({ room, item }, { client }) => client.retry({ room: room.id, id: item.id }),
  },
}
