import { isChangeable } from '../../client/rights.ts'
import type { Feature } from '../../registry/feature.ts'
import { laterScreen } from '../../registry/laterScreen.tsx'
import type { Situation } from '../../registry/situation.ts'

const isOwner = ({ room, role }: Situation): boolean => isChangeable(room, role) && role === 'owner'

export const openRoom: Feature = {
  commands: [
    {
      id: 'openness',
      icon: ({ room }) => (room?.isOpen === true ? 'lock' : 'people'),
      label: (t, { room }) => t(room?.isOpen === true ? 'openRoom.close' : 'openRoom.open'),
      isOffered: isOwner,
      run: ({ open }) => open('openness'),
      menu: { name: 'room', part: 1 },
    },
  ],
  screens: [
    {
      name: 'openness',
      kind: 'dialog',
      isOffered: isOwner,
      View: laterScreen(async () => (await import('./OpennessDialog.tsx')).OpennessDialog),
    },
  ],
}
