import { hasMembers } from '../../client/standing.ts'
import type { Feature } from '../../registry/feature.ts'
import { laterScreen } from '../../registry/laterScreen.tsx'
import type { Situation } from '../../registry/situation.ts'

const isThere = ({ room }: Situation): boolean => hasMembers(room ?? undefined)
const isShown = ({ opened }: Situation): boolean => opened.includes('members')

export const members: Feature = {
  commands: [
    {
      id: 'members',
      icon: () => 'people',
      label: (t) => t('conversation.members'),
      isOffered: isThere,
      run: (ways, situation) => (isShown(situation) ? ways.close('members') : ways.open('members')),
      keys: [{ kind: 'punctuation', key: '.' }],
      help: [(t) => t('shortcuts.members')],
      menu: { name: 'room', part: 1 },
      button: { label: (t) => t('conversation.members'), pressed: isShown },
    },
  ],
  slashCommands: [
    {
      name: 'members',
      aliases: [],
      argument: { kind: 'none' },
      label: (t) => t('commands.does.members'),
      deed: { kind: 'runs', run: (_argument, { ways }) => ways.open('members') },
    },
  ],
  screens: [
    {
      name: 'members',
      kind: 'panel',
      isOffered: isThere,
      View: laterScreen(async () => (await import('./MembersPanel.tsx')).MembersPanel),
    },
  ],
}
