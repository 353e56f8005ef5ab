import { useTranslations } from 'use-intl'
import { Arriving } from '../../client/Arriving.tsx'
import { isChangeable, mayInvite } from '../../client/rights.ts'
import type { Feature } from '../../registry/feature.ts'
import { laterScreen } from '../../registry/laterScreen.tsx'
import type { Situation } from '../../registry/situation.ts'
import { isolated } from '../../ui/isolated.tsx'

const mayBeInvited = ({ room, role }: Situation): boolean =>
  isChangeable(room, role) && role !== null && mayInvite(role)

const Invited = ({ name }: { readonly name: string }) => {
  const t = useTranslations('composer')
  return <span>{t.rich('invited', { ...isolated, name })}</span>
}

export const invitations: Feature = {
  commands: [
    {
      id: 'invite',
      icon: () => 'invite',
      label: (t) => t('conversation.beginInvite'),
      isOffered: mayBeInvited,
      run: ({ open }) => open('invite'),
      keys: [{ kind: 'command', code: 'KeyA', shift: true }],
      help: [(t) => t('shortcuts.invite')],
      menu: { name: 'room', part: 1 },
      button: { label: (t) => t('conversation.invite') },
    },
  ],
  slashCommands: [
    {
      name: 'invite',
      aliases: [],
      argument: { kind: 'needed', what: 'NAME' },
      label: (t) => t('commands.does.invite'),
      deed: {
        kind: 'runs',
        run: async (name, { client, room, show }) => {
          show(<Arriving>{(words) => words}</Arriving>)
          await client.invite({ room: room.id, name })
          show(<Invited name={name} />)
        },
      },
    },
  ],
  screens: [
    {
      name: 'invite',
      kind: 'dialog',
      isOffered: mayBeInvited,
      View: laterScreen(async () => (await import('./InviteDialog.tsx')).InviteDialog),
    },
  ],
}
