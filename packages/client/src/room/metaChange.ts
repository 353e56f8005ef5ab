import { may, type Policy } from '@sotto/trust'
import { keepsOut, letsIn, withBarred, withOpenness } from '../content/openness.ts'
import type { RoomMeta } from '../content/meta.ts'
import { isMetaKnown } from './metadata.ts'
import type { Purpose } from './purpose.ts'
import type { Intent, RoomState } from './state.ts'
import type { Tools } from './tools.ts'

/** What a commit for this purpose makes of the room's metadata; null: they stay (rule META-2). */
export const metaAfter = (
  { provider, account }: Tools,
  room: RoomState,
  policy: Policy,
  purpose: Purpose,
): RoomMeta | null => {
  if (purpose.kind !== 'intent') return null
  const { intent } = purpose
  const { meta } = room
  switch (intent.kind) {
    case 'openness':
      return withOpenness(meta, provider.random(16), intent.isOpen)
    case 'remove':
      // Taking somebody out does not wait for metadata that the server may keep back.
      return isMetaKnown(room) && keepsOut(meta) && may(policy, account, 'setMeta')
        ? withBarred(meta, provider.random(16), intent.account)
        : null
    case 'invite':
    case 'refresh':
    case 'role':
    case 'add_hook':
    case 'remove_hook':
    case 'readd':
      return null
  }
}

const prefix = 'asked-'
/** Of the account, in hex: enough to tell those apart who ask at the same time. */
const digits = 32

/** The id of an invitation that nobody has pressed for: whoever it is for has asked to come in through the open door. */
export const idByRequest = (account: string): string => `${prefix}${account.slice(0, digits)}`

/** Whether an invitation was asked for at the open door, which has been closed to its account since (rule OPEN-6). */
export const isTurnedAway = (
  { meta }: RoomState,
  { id, account }: Extract<Intent, { kind: 'invite' }>,
): boolean => id.startsWith(prefix) && !letsIn(meta, account)
