import {
  decode,
  decodeMessage,
  encodePublicGroup,
  extensionType,
  leaves,
  MlsError,
  openPublicGroup,
} from '@sotto/mls/public'
import { equalBytes, type InputOf, type createRoom, SottoError } from '@sotto/protocol'
import { authorizeCreation, encodePolicy, identityOf, type Policy, policyOf } from '@sotto/trust'
import type { DeviceCaller } from '../directory/keyPackages.ts'
import type { Court } from './court.ts'
import type { RoomChange } from './store.ts'

const isLean = (groupInfo: Uint8Array): boolean => {
  const message = decode(decodeMessage, groupInfo)
  const types = message.kind === 'group_info' ? message.groupInfo.extensions.map(({ type }) => type) : []
  return types.length === 1 && types[0] === extensionType.externalPub
}

/** The last policy of a room; undefined where there is no such room. */
export type LastPolicy = (room: Uint8Array) => Promise<Policy | undefined>

/**
 * The last policy of the room that this one continues. Of a room that this server has lost altogether only its members
 * can tell what it was, and each of them compares: here it is what the founder says.
 */
const predecessorOf = async (policy: Policy, lastPolicy: LastPolicy): Promise<Policy | undefined> => {
  const { predecessor, generation } = policy
  if (!predecessor) return undefined
  const claimed = { ...policy, room: predecessor.groupId, generation: generation - 1, predecessor: null }
  return (await lastPolicy(predecessor.groupId)) ?? claimed
}

/**
 * Whether a room may begin like this (rules CREATE-1 to CREATE-4), by the device whose leaf is the first.
 *
 * @throws SottoError `policy {rule}`, `bad_request`
 */
export const judgeCreation = async (
  court: Court,
  caller: DeviceCaller,
  { room, groupInfo, tree, meta }: InputOf<typeof createRoom>,
  lastPolicy: LastPolicy,
): Promise<RoomChange & { readonly kind: 'created' }> => {
  try {
    const group = await openPublicGroup(court.engine, { groupInfo, tree })
    if (!equalBytes(group.context.groupId, room)) throw new SottoError('bad_request', 'another group')
    if (!isLean(groupInfo))
      throw new SottoError('bad_request', 'a GroupInfo carries the external key and nothing else')
    const asked = policyOf(group.context)
    const predecessor = asked.kind === 'ok' ? await predecessorOf(asked.value, lastPolicy) : undefined
    const creation = await court.judge((lookup) =>
      authorizeCreation(group, lookup, court.provider, court.nowS, predecessor),
    )
    if (creation.kind === 'refused') throw new SottoError('policy', undefined, { rule: creation.rule })
    if (!equalBytes(creation.policy.room, room)) throw new SottoError('bad_request', 'another room')
    const [only] = leaves(group.tree)
    const founder = only && identityOf(only[1])
    if (
      !founder ||
      !equalBytes(founder.device, caller.device) ||
      !equalBytes(founder.account, caller.account)
    )
      throw new SottoError('not_member')
    return {
      kind: 'created',
      epoch: 0,
      policy: encodePolicy(creation.policy),
      group: encodePublicGroup(group),
      groupInfo,
      meta: meta.length > 0 ? { epoch: 0, sealed: meta } : null,
      members: [{ account: founder.account, device: founder.device, leaf: only[0] }],
    }
  } catch (error) {
    throw error instanceof MlsError ? court.failure(error) : error
  }
}
