import { toHex } from '@sotto/protocol'
import { type LeafOwner, makeFounderBundle } from '../account/leafMaking.ts'
import { askedNobody } from './attempt.ts'
import { type Founding, foundRoom } from './newRoom.ts'
import { emptyRoom } from './state.ts'
import type { AccountScope } from '../commands/command.ts'

/** Makes a room, and waits until the server has opened its log. */
export const found = async (
  { rooms, tools }: Pick<AccountScope, 'rooms' | 'tools'>,
  founding: Founding,
): Promise<{ readonly room: string }> => {
  const room = rooms.add(emptyRoom(founding.id, { kind: 'absent' }))
  await room.outcome('created', () => room.take((state) => foundRoom(tools, state, founding, askedNobody)))
  return { room: toHex(founding.id) }
}

/** The key package with which this device founds a room. */
export const founderBundle = async (scope: {
  leafOwner(): Promise<LeafOwner>
  timeMs(): number
}): Promise<Founding['bundle']> =>
  makeFounderBundle(await scope.leafOwner(), Math.floor(scope.timeMs() / 1000))

/** What others are told of a new room follows; the room stands without that. */
export const announce = ({ openRoom }: Pick<AccountScope, 'openRoom'>): void =>
  void openRoom.look().catch(() => {})
