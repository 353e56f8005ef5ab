import { SottoError, toHex } from '@sotto/protocol'
import { newestOf } from '../hook/keys.ts'
import { hasLeft } from './ending.ts'
import { isEnded, type RoomState } from './state.ts'
import type { Told } from './step.ts'

/** What of a room can be waited for. */
export type RoomWait =
  /** The server has opened the log of a room made here. */
  | 'created'
  /** The wish to leave stands in the log. */
  | 'left'
  /** Those who have asked to leave are out. */
  | 'others_left'
  | `intent ${string}`
  /** Scripts can use the hook with this id. */
  | `hook ${string}`
  /** What is being written is stored; its keeper says when. */
  | `draft ${number}`

export interface Settled {
  readonly key: RoomWait
  /** Why it will not come; undefined where it has come. */
  readonly failure?: SottoError | undefined
}

interface Looked {
  /** Before the step. */
  readonly before: RoomState
  readonly room: RoomState
  readonly told: readonly Told[]
  /** Why the server has not made the room. */
  readonly refused: SottoError | null
  /** Whether others have asked to leave, and it is worth to wait for that. */
  readonly areOthersLeaving: boolean
}

/** What a step decides for those who wait: a pure look at the room after it. */
export const settledBy = (waiting: readonly RoomWait[], looked: Looked): readonly Settled[] => {
  const saidBy = looked.told.flatMap(saidIn)
  const said = new Set(saidBy.map(({ key }) => key))
  const seen = waiting.filter((key) => !said.has(key)).flatMap((key) => seenIn(key, looked))
  return [...saidBy, ...seen]
}

/** What the step itself tells. */
const saidIn = (one: Told): readonly Settled[] => {
  switch (one.kind) {
    case 'intent': {
      const { intent, result } = one
      const failure =
        result.kind === 'done' ? undefined : new SottoError(result.code, undefined, result.detail)
      return [{ key: `intent ${intent}`, failure }]
    }
    case 'leave_refused':
      return [{ key: 'left', failure: new SottoError('policy', undefined, { rule: one.rule }) }]
    case 'records':
    case 'changed':
    case 'outbox':
    case 'discarded':
      return []
  }
}

/** What the room shows. */
const seenIn = (key: RoomWait, { before, room, refused, areOthersLeaving }: Looked): readonly Settled[] => {
  switch (key) {
    case 'created':
      return room.phase.kind === 'creating' ? [] : [{ key, failure: refused ?? undefined }]
    case 'left':
      return hasLeft(room) ? [{ key }] : [...stoppedIn(room, key), ...stayedIn(before, room, key)]
    case 'others_left':
      return areOthersLeaving ? [] : [{ key }]
    default:
      if (key.startsWith('draft ')) return []
      return isUsable(room, key) ? [{ key }] : stoppedIn(room, key)
  }
}

const isUsable = ({ hooks }: RoomState, key: RoomWait): boolean =>
  hooks.some((one) => key === `hook ${toHex(one.hook)}` && newestOf(one) !== undefined && !one.isUnpublished)

/**
 * The wish to leave came to nothing: the invitation was accepted while it was declined, or the device lost its place, and
 * is repaired as one whose user stays. It has to be said anew.
 */
const stayedIn = ({ phase: was }: RoomState, { phase }: RoomState, key: RoomWait): readonly Settled[] => {
  if (was.kind === phase.kind) return []
  if (phase.kind === 'active')
    return [{ key, failure: new SottoError(was.kind === 'invited' ? 'already_member' : 'unavailable') }]
  return phase.kind === 'repairing' ? [{ key, failure: new SottoError(phase.code) }] : []
}

/** In a room that has ended or is stopped nothing comes any more. */
const stoppedIn = ({ phase }: RoomState, key: RoomWait): readonly Settled[] => {
  if (phase.kind === 'frozen') return [{ key, failure: new SottoError('room_frozen') }]
  return isEnded(phase) ? [{ key, failure: new SottoError('not_member') }] : []
}
