import { anchorHashBytes, equalBytes, SottoError } from '@sotto/protocol'
import { historyModes, may } from '@sotto/trust'
import type { Standing } from './access.ts'
import type { Room } from './rooms.ts'
import type { Incoming } from './submission.ts'

export interface Evidence {
  readonly standing: Standing
  /** The device's last send counter in the room; undefined if it has sent nothing. */
  readonly lastCounter: number | undefined
  /** Our hash of the entry at the anchor; undefined beyond the head. */
  readonly anchorHash: Uint8Array | undefined
}

/**
 * Whether a message that is new may have the next place in the log, as far as its envelope tells (rules DEL-2 to
 * DEL-5). The order is part of the protocol: a device that is behind is told so before anything else.
 */
export const refusalOf = (
  room: Room,
  incoming: Incoming,
  { standing, lastCounter, anchorHash }: Evidence,
): SottoError | undefined => {
  const { envelope } = incoming
  // Who never was here does not learn where the room is.
  if (standing.kind === 'stranger') return new SottoError('not_member')
  if (incoming.epoch !== room.epoch)
    return new SottoError('stale_epoch', undefined, { epoch: room.epoch, head: room.head.seq })
  if (!isInside(incoming, standing)) return new SottoError('not_member')
  if (lastCounter !== undefined && envelope.sendCounter <= lastCounter)
    return new SottoError('client_rollback', undefined, { lastCounter })
  if (!anchorHash || !equalBytes(anchorHash.subarray(0, anchorHashBytes), envelope.anchorHash))
    return new SottoError('fork', undefined, { head: room.head.seq })
  return incoming.kind === 'app' ? messageRefusal(room, incoming, standing) : undefined
}

/** In a room of announcements not everybody may write. */
const messageRefusal = (room: Room, incoming: Incoming, standing: Standing): SottoError | undefined => {
  if (standing.kind === 'member' && !may(room.policy, standing.membership.account, 'post'))
    return new SottoError('policy', undefined, { rule: 'post' })
  return archiveRefusal(room, incoming)
}

/** A device speaks for its own leaf only; one that comes in from outside has none, or one that it lost. */
const isInside = (incoming: Incoming, standing: Standing): boolean => {
  if (incoming.isExternal) return standing.kind === 'member' || standing.kind === 'account'
  if (standing.kind !== 'member') return false
  return incoming.senderLeaf === null || incoming.senderLeaf === standing.membership.leaf
}

/** An archive record is there exactly if the room keeps history, and is the one that the message names. */
const archiveRefusal = (room: Room, { envelope, auxHash }: Incoming): SottoError | undefined => {
  const isWanted = room.policy.history.mode !== historyModes.none
  const isThere = auxHash !== null
  if (isWanted !== isThere || isThere !== (envelope.archiveHash !== null))
    return new SottoError('bad_request', 'an archive record is missing, or not asked for')
  if (auxHash && envelope.archiveHash && !equalBytes(auxHash, envelope.archiveHash))
    return new SottoError('bad_request', 'another archive record than the message names')
  return undefined
}
