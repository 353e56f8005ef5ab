import type { Group } from '@sotto/mls'
import { equalBytes, operations, SottoError } from '@sotto/protocol'
import { policyOf } from '@sotto/trust'
import type { Cell } from '../cell.ts'
import { hashOfMeta, metaKeyOf, nameOf, openMetaWith } from '../content/meta.ts'
import { isTransient } from '../transient.ts'
import { archiveKeyOf } from './archiveKey.ts'
import { engineWithoutChecks } from './attempt.ts'
import type { Line } from './line.ts'
import type { TakeStep } from './runner.ts'
import { epochOf } from './send.ts'
import { type MetaKey, metaKeysMax, type RoomState } from './state.ts'
import { stepped } from './step.ts'
import type { Tools } from './tools.ts'

const expectedHash = (group: Group | null): Uint8Array | undefined => {
  const policy = group && policyOf(group.public.context)
  return policy?.kind === 'ok' ? policy.value.metaHash : undefined
}

/** Whether this device has the metadata that the policy names; where it knows no policy, there is nothing to be had. */
export const isMetaKnown = ({ group, meta }: RoomState): boolean => {
  const expected = expectedHash(group)
  return !expected || equalBytes(hashOfMeta(meta), expected)
}

/**
 * The room in a new epoch: while the metadata are others than this device has, the key to those that were sealed in the
 * epoch is kept. It opens nothing else.
 */
export const withMetaKey = (tools: Tools, room: RoomState): RoomState => {
  if (isMetaKnown(room)) return room.metaKeys.length > 0 ? { ...room, metaKeys: [] } : room
  if (!room.group) return room
  const archiveKey = archiveKeyOf(engineWithoutChecks(tools), room.group, room.id)
  const key: MetaKey = { epoch: epochOf(room.group), key: metaKeyOf(tools.provider, archiveKey) }
  return { ...room, metaKeys: [...room.metaKeys, key].slice(-metaKeysMax) }
}

/** Fetches the metadata of a room that somebody has changed (rule META-3). */
export interface MetaKeeper {
  /** Whether it is worth a try: once an epoch, and once a connection. */
  isDue(): boolean
  fetch(): Promise<void>
  wake(): void
}

interface Deps {
  readonly tools: Tools
  readonly line: Line
  /** The epoch in which it was asked for; null for none. */
  readonly asked: Cell<number | null>
  state(): RoomState
  take(step: TakeStep): Promise<void>
}

export const makeMetaKeeper = ({ tools, line, asked, state, take }: Deps): MetaKeeper => {
  /** What of the server's answer is the metadata that the policy names; undefined where nothing is. */
  const opened = async (epoch: number, sealed: Uint8Array) => {
    const { id, group, metaKeys } = state()
    const expected = expectedHash(group)
    const known = metaKeys.find((one) => one.epoch === epoch)
    if (!expected || !known) return undefined
    try {
      return await openMetaWith(tools.provider, known.key, id, epoch, sealed, expected)
    } catch (error) {
      // Somebody has sealed what was there before, or the server keeps back what is new: it may come with the next epoch.
      if (error instanceof SottoError) return undefined
      throw error
    }
  }

  return {
    isDue: () => {
      const room = state()
      return !isMetaKnown(room) && room.group !== null && asked.now() !== epochOf(room.group)
    },
    wake: () => asked.change(() => null),
    fetch: async () => {
      const { id, group } = state()
      if (!group) return
      const epoch = epochOf(group)
      const answer = await line.call(operations.readMeta, { room: id }).catch((error: unknown) => {
        if (error instanceof SottoError && !isTransient(error)) return undefined
        throw error
      })
      const meta = answer && (await opened(answer.epoch, answer.sealed))
      asked.change(() => epoch)
      if (!meta) return
      await take((room) => {
        const expected = expectedHash(room.group)
        if (!expected || !equalBytes(hashOfMeta(meta), expected)) return stepped(room)
        return stepped({ ...room, meta, metaKeys: [], summary: { ...room.summary, name: nameOf(meta) } })
      })
    },
  }
}
