import { allSecrets } from '@sotto/mls'
import { SottoError, toHex } from '@sotto/protocol'
import { allSecretsOf } from '../hook/keys.ts'
import type { Change } from '../ports/store.ts'
import { hasAskedToLeave } from './proposals.ts'
import { roomKeys } from './keys.ts'
import { moved } from './move.ts'
import { historyChanges } from './rows.ts'
import { emptyRoom, type Ended, endOf, isEnded, type RoomState } from './state.ts'
import { type Stepped, stepped } from './step.ts'

/** How a room ends on this device by the will of its user, and how it is deleted: each is one step, stored at once. */

/** This device gives the room up. What was read stays, the keys go. */
export const givenUp = (room: RoomState, to: Ended): Stepped =>
  stepped(moved(room, { kind: 'given_up', to }), { consumed: secretsOf(room) })

const secretsOf = ({ group, hooks }: RoomState): readonly Uint8Array[] => [
  ...(group ? allSecrets(group) : []),
  ...hooks.flatMap(allSecretsOf),
]

const absent: Ended = { kind: 'absent' }

/**
 * Nothing stays of what was said in the room, nor its name. Where this device still has to ask for its removal, it keeps
 * what it needs for that; where an invitation waits, that stays.
 *
 * @throws SottoError `bad_request` for a room that the user is in
 */
export const deleted = (room: RoomState): Stepped => {
  const { id, phase, place } = room
  const isInvitedBack = phase.kind === 'invited' && phase.before.kind !== 'absent'
  if (!endOf(room) && !isInvitedBack)
    throw new SottoError('bad_request', 'a room is left before it is deleted')
  const { summary, meta, draft, outbox, offers, hooks } = emptyRoom(id, absent)
  const cleared: RoomState = { ...room, summary, meta, draft, outbox, offers, hooks }
  const cleaned = {
    changes: historyChanges(id),
    consumed: room.hooks.flatMap(allSecretsOf),
  }
  const event = { kind: 'deleted' } as const
  switch (phase.kind) {
    case 'leaving':
    case 'parting':
    case 'frozen':
      return stepped(moved(cleared, event), cleaned)
    case 'invited': {
      const forgetLastPolicy: Change = { kind: 'delete', key: roomKeys.lastPolicy(toHex(id)) }
      const changes = [...cleaned.changes, forgetLastPolicy]
      const invitation = moved(emptyRoom(id, phase), event)
      return stepped({ ...invitation, place }, { ...cleaned, changes })
    }
    case 'creating':
    case 'active':
    case 'repairing':
    case 'left':
    case 'removed':
    case 'refounded':
    case 'absent':
      return stepped(moved(room, event), { consumed: secretsOf(room) })
  }
}

/** Whether the others have been asked, or the user is out by another way than being removed. */
export const hasLeft = ({ phase, group }: RoomState): boolean =>
  group ? hasAskedToLeave(group) : isEnded(phase) && phase.kind !== 'removed'
