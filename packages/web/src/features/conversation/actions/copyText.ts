import type { MessageAction } from '../../../registry/messageAction.ts'

/** Puts what was said into the clipboard, as it was written. */
export const copyText: MessageAction = {
  id: 'copy_text',
  icon: 'copy',
  label: (t) => t('messageActions.copy'),
  key: 'c',
  place: 'bar',
  isOffered: ({ item }) => item.text !== null && item.text !== '',
  deed: {
    kind: 'act',
    act: async ({ item }, { t, say }) => {
      const copied = await navigator.clipboard.writeText(item.text ?? '').then(
        () => true,
        () => false,
      )
      say(t(copied ? 'messageActions.copied' : 'messageActions.copyRefused'))
    },
  },
}
