import assert from 'node:assert/strict'
import { type Group, groupFromParts, groupParts, type Part } from '../src/index.ts'

/** A group as a client stores it: part by part. */
export class Storage {
  readonly parts = new Map<string, Uint8Array>()

  /** Writes what changed, and shows that this is all there is to write. @returns the bytes written */
  store(before: Group | null, after: Group): number {
    const changes = groupParts(before, after)
    for (const { part, bytes } of changes)
      if (bytes) this.parts.set(part, bytes)
      else this.parts.delete(part)
    assert.deepEqual(sorted(this.parts), sorted(wholeOf(after)), 'the parts stored are those of the group')
    return changes.reduce((sum, { bytes }) => sum + (bytes?.length ?? 0), 0)
  }

  load(): Group {
    const group = groupFromParts(this.parts)
    assert.deepEqual(sorted(wholeOf(group)), sorted(this.parts), 'a group comes back as it was stored')
    return group
  }
}

const wholeOf = (group: Group): ReadonlyMap<string, Uint8Array> =>
  new Map(groupParts(null, group).map(({ part, bytes }: Part) => [part, bytes ?? new Uint8Array()]))

const sorted = (parts: ReadonlyMap<string, Uint8Array>): readonly (readonly [string, string])[] =>
  [...parts]
    .map(([part, bytes]) => [part, Buffer.from(bytes).toString('hex')] as const)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))

/** Everything of a group, to see that an operation left it alone. */
export const snapshot = (group: Group): string => JSON.stringify(sorted(wholeOf(group)))
