import { decodeAs, encodeAs, limits, struct, uint } from '@sotto/protocol'
import { readableIn, readableRows } from '../database/readings.ts'
import type { Change, Store } from '../ports/store.ts'
import { roomKeys, within } from './keys.ts'

/**
 * Bounds what is kept of a room's log as the server sent it: how much a server can be given back, against what it takes on
 * the disk. What was received last stays longest. It is counted and dropped by blocks, so that a message costs nothing.
 */
export interface RawKeeper {
  /** The entries up to `cursor` are stored. */
  received(cursor: number): Promise<void>
  /** The store is full: what is said now is worth more than what was kept for a server that may lose it. */
  makeRoom(cursor: number): Promise<void>
}

const blockEntries = 256
/** Blocks that stay when the store is full: the last thousand entries. */
const blocksMin = 4
export const rawBlockRow = struct({ bytes: uint() })

export interface KeptBlock {
  readonly block: number
  readonly bytes: number
}

/** The first block that is kept, of those that are there in order, the newest of them last. */
export const firstKept = (blocks: readonly KeptBlock[], bytesMax: number, blocksMax: number): number => {
  let bytes = 0
  let first = blocks.at(-1)?.block ?? 0
  for (const { block, bytes: size } of blocks.toReversed().slice(0, blocksMax)) {
    bytes += size
    // The newest stays, however large it is.
    if (bytes > bytesMax && block !== blocks.at(-1)?.block) break
    first = block
  }
  return first
}

/** What one of so many rooms has of the disk for this: an even share, within the bounds of a room. */
export const rawBytesOfRoom = (roomCount: number): number => {
  const share = Math.floor(limits.rawBytesPerDeviceMax / Math.max(1, roomCount))
  return Math.max(limits.rawBytesPerRoomMin, Math.min(limits.rawBytesPerRoomMax, share))
}

/** A block of which nothing can be read counts as empty: it goes when it is old. */
const bytesOf = (stored: Uint8Array): number => readableIn(() => decodeAs(rawBlockRow, stored).bytes) ?? 0

const blockOf = (seq: number): number => Math.floor(seq / blockEntries)

/** @param bytesMax how much of the disk the room has for this, as things are */
export const makeRawKeeper = (store: Store, room: string, bytesMax: () => number): RawKeeper => {
  /** The first block that has not been counted; undefined before the first look. */
  let uncounted: number | undefined

  const counted = async (): Promise<readonly KeptBlock[]> => {
    const rows = await readableRows(store, within(roomKeys.rawBlocks(room)))
    return rows.map(({ key, value }) => ({ block: roomKeys.logSeq(key), bytes: bytesOf(value) }))
  }

  const sizeOf = async (block: number): Promise<number> => {
    const from = block * blockEntries
    const rows = await readableRows(store, {
      from: roomKeys.rawEntry(room, from),
      to: roomKeys.rawEntry(room, from + blockEntries),
    })
    return rows.reduce((bytes, { value }) => bytes + value.length, 0)
  }

  const dropBefore = (first: number): readonly Change[] => [
    {
      kind: 'delete_range',
      from: roomKeys.rawEntry(room, 0),
      to: roomKeys.rawEntry(room, first * blockEntries),
    },
    { kind: 'delete_range', from: roomKeys.rawBlock(room, 0), to: roomKeys.rawBlock(room, first) },
  ]

  const count = async (before: number): Promise<void> => {
    const known = await counted()
    // Of what earlier versions kept, nothing is counted yet: it is no more than a few blocks.
    const from = Math.max((known.at(-1)?.block ?? -1) + 1, before - blocksMax)
    const fresh: KeptBlock[] = []
    for (let block = from; block < before; block++) fresh.push({ block, bytes: await sizeOf(block) })
    const first = firstKept([...known, ...fresh], bytesMax(), blocksMax)
    const changes: Change[] = fresh
      .filter(({ block }) => block >= first)
      .map(({ block, bytes }) => ({
        kind: 'put',
        key: roomKeys.rawBlock(room, block),
        value: encodeAs(rawBlockRow, { bytes }),
      }))
    await store.commit([...changes, ...dropBefore(first)])
  }

  let last: Promise<void> = Promise.resolve()
  return {
    received: (cursor) => {
      const block = blockOf(cursor)
      if (uncounted !== undefined && block <= uncounted) return last
      uncounted = block
      // A store that is full keeps more for a while; the next block counts this one, too.
      last = last.then(() => count(block)).catch(() => {})
      return last
    },
    makeRoom: (cursor) => {
      last = last
        .then(() => store.commit(dropBefore(Math.max(0, blockOf(cursor) - blocksMin + 1))))
        .catch(() => {})
      return last
    },
  }
}

const blocksMax = Math.floor(limits.rawEntriesKeptByClient / blockEntries)
