import { me, shrug } from '@sotto/client'
import type { Feature } from '../../registry/feature.ts'
import { copyText } from './actions/copyText.ts'
import { discard } from './actions/discard.ts'
import { retry } from './actions/retry.ts'

export const conversation: Feature = {
  commands: [
    {
      id: 'latest',
      icon: () => 'down',
      label: (t) => t('conversation.latest'),
      isOffered: ({ room }) => room !== null,
      run: ({ ask }) => ask('latest'),
      keys: [{ kind: 'alt', code: 'End' }],
      help: [(t) => t('shortcuts.latest')],
    },
  ],
  keyHints: [
    { id: 'escape', group: 'everywhere', label: (t) => t('shortcuts.escape'), keys: ['Esc'] },
    { id: 'send', group: 'writing', label: (t) => t('shortcuts.send'), keys: ['Enter'] },
    { id: 'newline', group: 'writing', label: (t) => t('shortcuts.newline'), keys: ['Shift', 'Enter'] },
    { id: 'commands', group: 'writing', label: (t) => t('shortcuts.commands'), keys: ['/'] },
    { id: 'message_move', group: 'messages', label: (t) => t('shortcuts.messageMove'), keys: ['↑', '↓'] },
    { id: 'message_menu', group: 'messages', label: (t) => t('shortcuts.messageMenu'), keys: ['Enter'] },
  ],
  slashCommands: [
    { ...me, label: (t) => t('commands.does.me') },
    { ...shrug, label: (t) => t('commands.does.shrug') },
  ],
  messageActions: [retry, copyText, discard],
}
