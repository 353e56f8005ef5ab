import { hasMembers, isEnded, standingOf } from '../../client/standing.ts'
import type { Command } from '../../registry/command.ts'
import type { Feature } from '../../registry/feature.ts'
import { laterScreen } from '../../registry/laterScreen.tsx'
import type { Situation } from '../../registry/situation.ts'
import { neighbour } from './neighbour.ts'

const always = () => true
const isMember = ({ room }: Situation): boolean => hasMembers(room ?? undefined)
const isOver = ({ room }: Situation): boolean => room !== null && standingOf(room.state) === 'over'

/** With the keys one goes through the rooms that one is in, and out of any other. */
const stepTo = ({ rooms, room }: Situation, direction: 'up' | 'down') =>
  neighbour(
    rooms.filter(({ id, state }) => !isEnded(state) || id === room?.id),
    room?.id ?? null,
    direction,
  )

const moves: readonly Command[] = [
  {
    id: 'find',
    icon: () => 'search',
    label: (t) => t('rooms.find'),
    isOffered: always,
    run: ({ ask }) => ask('find'),
    keys: [{ kind: 'command', code: 'KeyK' }],
    help: [(t) => t('shortcuts.find')],
  },
  {
    id: 'previous',
    icon: () => 'back',
    label: (t) => t('shortcuts.previous'),
    isOffered: (situation) => stepTo(situation, 'up') !== undefined,
    run: ({ goTo }, situation) => {
      const room = stepTo(situation, 'up')
      if (room !== undefined) goTo(room.id)
    },
    keys: [{ kind: 'alt', code: 'ArrowUp' }],
    help: [(t) => t('shortcuts.previous')],
  },
  {
    id: 'next',
    icon: () => 'down',
    label: (t) => t('shortcuts.next'),
    isOffered: (situation) => stepTo(situation, 'down') !== undefined,
    run: ({ goTo }, situation) => {
      const room = stepTo(situation, 'down')
      if (room !== undefined) goTo(room.id)
    },
    keys: [{ kind: 'alt', code: 'ArrowDown' }],
    help: [(t) => t('shortcuts.next')],
  },
  {
    id: 'next_unread',
    icon: () => 'down',
    label: (t) => t('shortcuts.nextUnread'),
    isOffered: always,
    run: ({ goTo }, { rooms, room }) => {
      const unread = neighbour(rooms, room?.id ?? null, 'down', (one) => one.unread > 0)
      if (unread !== undefined) goTo(unread.id)
    },
    keys: [{ kind: 'alt', code: 'ArrowDown', shift: true }],
    help: [(t) => t('shortcuts.nextUnread')],
  },
]

export const rooms: Feature = {
  commands: [
    ...moves,
    {
      id: 'create',
      icon: () => 'plus',
      label: (t) => t('rooms.create'),
      isOffered: always,
      run: ({ open }) => open('new-room'),
      keys: [{ kind: 'command', code: 'KeyO', shift: true }],
      help: [(t) => t('shortcuts.create')],
    },
    {
      id: 'leave',
      icon: () => 'leave',
      label: (t) => t('rooms.leave'),
      isOffered: isMember,
      run: ({ open }) => open('leave'),
      menu: { name: 'room', part: 1, danger: true },
    },
    {
      id: 'delete',
      icon: () => 'trash',
      label: (t) => t('rooms.delete'),
      isOffered: isOver,
      run: ({ open }) => open('delete'),
      menu: { name: 'room', part: 1, danger: true },
    },
  ],
  keyHints: [
    { id: 'list_move', group: 'list', label: (t) => t('shortcuts.move'), keys: ['↑', '↓'] },
    { id: 'list_ends', group: 'list', label: (t) => t('shortcuts.ends'), keys: ['Home', 'End'] },
    { id: 'list_open', group: 'list', label: (t) => t('shortcuts.open'), keys: ['Enter'] },
  ],
  slashCommands: [
    {
      name: 'leave',
      aliases: [],
      argument: { kind: 'none' },
      label: (t) => t('commands.does.leave'),
      deed: { kind: 'runs', run: (_argument, { ways }) => ways.open('leave') },
    },
  ],
  screens: [
    {
      name: 'new-room',
      kind: 'dialog',
      isOffered: always,
      View: laterScreen(async () => (await import('./CreateRoomDialog.tsx')).CreateRoomDialog),
    },
    {
      name: 'leave',
      kind: 'dialog',
      isOffered: isMember,
      View: laterScreen(async () => (await import('./LeaveRoomDialog.tsx')).LeaveRoomDialog),
    },
    {
      name: 'delete',
      kind: 'dialog',
      isOffered: isOver,
      View: laterScreen(async () => (await import('./DeleteRoomDialog.tsx')).DeleteRoomDialog),
    },
  ],
}
