import type { Feature } from '../../registry/feature.ts'
import { laterScreen } from '../../registry/laterScreen.tsx'

const always = () => true

export const shortcuts: Feature = {
  commands: [
    {
      id: 'shortcuts',
      icon: () => 'keyboard',
      label: (t) => t('settings.shortcuts'),
      isOffered: always,
      run: ({ open }) => open('shortcuts'),
      keys: [{ kind: 'question' }, { kind: 'punctuation', key: '/' }],
      help: [(t) => t('shortcuts.help'), (t) => t('shortcuts.helpEverywhere')],
      menu: { name: 'account', part: 1 },
    },
  ],
  slashCommands: [
    {
      name: 'help',
      aliases: ['?'],
      argument: { kind: 'none' },
      label: (t) => t('commands.does.help'),
      deed: { kind: 'runs', run: (_argument, { ways }) => ways.open('commands') },
    },
  ],
  screens: [
    {
      name: 'commands',
      kind: 'dialog',
      isOffered: always,
      View: laterScreen(async () => (await import('./CommandsDialog.tsx')).CommandsDialog),
    },
    {
      name: 'shortcuts',
      kind: 'dialog',
      isOffered: always,
      View: laterScreen(async () => (await import('./ShortcutsDialog.tsx')).ShortcutsDialog),
    },
  ],
}
