import { anchorHashBytes } from '@sotto/protocol'
import { readableAt } from '../database/readings.ts'
import type { Store } from '../ports/store.ts'
import { type OpenedEntry, type Past, references } from './entry.ts'
import type { JudgedEntry } from './judge.ts'
import { roomKeys } from './keys.ts'
import { storedAnchor } from './storedAnchor.ts'
import { decodeUses, type Use } from './uses.ts'

/** What the store knows of earlier entries, with the newest at hand. */
export interface PastKeeper {
  /** Looks up all that these entries refer to. */
  of(entries: readonly OpenedEntry[]): Promise<Past>
  remember(entries: readonly JudgedEntry[]): void
  /** First half of the hash of an entry, if it is one of the newest. */
  anchor(seq: number): Uint8Array | undefined
}

/** Hashes of the newest entries are kept at hand: most anchors name one of them. */
const anchorsKept = 1024

export const keepPast = (store: Store, room: string): PastKeeper => {
  const anchors = new Map<number, Uint8Array>()

  const usesOf = async (message: string): Promise<readonly Use[]> => {
    const known = await readableAt(store, roomKeys.knownMessage(room, message))
    return known ? decodeUses(known) : []
  }

  return {
    of: async (entries) => {
      const wanted = references(entries)
      const found = new Map<number, Uint8Array>()
      const uses = new Map<string, readonly Use[]>()
      await Promise.all([
        ...[...wanted.anchors].map(async (seq) => {
          const anchor = anchors.get(seq) ?? (await storedAnchor(store, room, seq))
          if (anchor) found.set(seq, anchor)
        }),
        ...[...wanted.messages].map(async (message) => {
          uses.set(message, await usesOf(message))
        }),
      ])
      return { anchor: (seq) => found.get(seq), uses: (message) => uses.get(message) ?? [] }
    },
    remember: (entries) => {
      for (const { entry, hash } of entries) anchors.set(entry.seq, hash.subarray(0, anchorHashBytes))
      for (const seq of anchors.keys()) {
        if (anchors.size <= anchorsKept) return
        anchors.delete(seq)
      }
    },
    anchor: (seq) => anchors.get(seq),
  }
}
