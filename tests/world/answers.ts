import type { Change } from '@sotto/client'
import { roomKeys, roomOfKey, within } from '../../packages/client/src/room/keys.ts'
import { readRow } from '../../packages/client/src/room/rows.ts'
import type { Disk } from './disk.ts'

/** What somebody has done about being in a room. */
export type Answer =
  /** `head`: where its log ended then. */
  | { readonly kind: 'accepted'; readonly head: number }
  /** Left: the device reads no further than it had by then, where it has no keys and the others do not hear of it. */
  | { readonly kind: 'gave up'; readonly cursor: number }
  /** Nothing is kept of what the device had read by then, nor is shown what it still reads of that stay. */
  | { readonly kind: 'deleted'; readonly cursor: number }

export interface RoomAnswer {
  readonly room: string
  readonly answer: Answer
}

/**
 * What the user of a device has made of its rooms, as a commit to its disk has it: a crash may come before anybody is told
 * that it was done.
 */
export const answersIn = ({ rows }: Pick<Disk, 'rows'>, changes: readonly Change[]): readonly RoomAnswer[] =>
  changes.flatMap((change) => {
    const { room } = roomOfKey(change.kind === 'delete_range' ? change.from : change.key)
    const kind = isErasure(change, room) ? 'deleted' : isGoing(change, room) ? 'gave up' : undefined
    const place = rows.get(roomKeys.place(room))
    return kind && place ? [{ room, answer: { kind, cursor: readRow.place(place).cursor } }] : []
  })

const isErasure = (change: Change, room: string): boolean =>
  change.kind === 'delete_range' && change.from === within(roomKeys.log(room)).from

const isGoing = (change: Change, room: string): boolean =>
  change.kind === 'put' && change.key === roomKeys.phase(room) && readRow.phase(change.value).kind === 'left'
