import { makeGroupInfo } from '@sotto/mls'
import { operations, SottoError } from '@sotto/protocol'
import type { Call } from '../account/contacts.ts'
import { sealMeta } from '../content/meta.ts'
import { engineWithoutChecks } from './attempt.ts'
import { archiveKeyOf } from './archiveKey.ts'
import { epochOf } from './send.ts'
import { type JoinInfo, treeHashOf } from './rejoin.ts'
import { publicOf, type RoomState } from './state.ts'
import type { Tools } from './tools.ts'

/** By what others come into the room from outside, made by this member: for a server that has lost it. */
export interface MadeJoinInfo {
  readonly groupInfo: Uint8Array
  /** The metadata, sealed for the epoch. */
  readonly meta: Uint8Array
}

/** @returns null for a room of which this device has no keys */
export const joinInfoOf = async (
  tools: Tools,
  { id, group, meta }: RoomState,
): Promise<MadeJoinInfo | null> => {
  if (!group) return null
  const engine = engineWithoutChecks(tools)
  const archiveKey = archiveKeyOf(engine, group, id)
  return {
    groupInfo: await makeGroupInfo(engine, group),
    meta: await sealMeta(tools.provider, archiveKey, id, epochOf(group), meta),
  }
}

/** What the server hands out to those who come in from outside, if it has all that it takes. */
export const joinInfoOfServer = async (call: Call, room: RoomState): Promise<JoinInfo | undefined> => {
  try {
    const { groupInfo } = await call(operations.readGroupInfo, { room: room.id })
    if (publicOf(room)) return { groupInfo, tree: null }
    const hash = treeHashOf(groupInfo)
    return hash && { groupInfo, tree: (await call(operations.readTree, { room: room.id, hash })).tree }
  } catch (error) {
    if (error instanceof SottoError && error.code === 'not_found') return undefined
    throw error
  }
}
