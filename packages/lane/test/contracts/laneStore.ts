import { expect } from 'vitest'
import type { LaneStore } from '../../src/ports/store.ts'

interface Rule {
  readonly title: string
  run(open: () => LaneStore): void
}

/** What every store of a lane does, whatever keeps its rows. */
export const laneStoreContract: readonly Rule[] = [
  {
    title: 'is written together, read by prefix in the order of keys, and deleted',
    run: (open) => {
      const store = open()
      store.write({ 'a/2': 'two', 'a/1': 'one', b: 'é🙂\u0000' })
      expect(store.rows('a/', 10)).toEqual([
        ['a/1', 'one'],
        ['a/2', 'two'],
      ])
      expect(store.rows('a/', 1)).toHaveLength(1)
      expect(store.get('b')).toBe('é🙂\u0000')
      store.write({ 'a/1': null, b: 'again' })
      expect(store.get('a/1')).toBeUndefined()
      expect(store.rows('', 10)).toEqual([
        ['a/2', 'two'],
        ['b', 'again'],
      ])
      store.close()
    },
  },
  {
    title: 'has nothing under a key that it was never given, and deletes what is not there',
    run: (open) => {
      const store = open()
      store.write({ 'a/1': null })
      expect(store.get('a/1')).toBeUndefined()
      expect(store.rows('a/', 10)).toEqual([])
      store.close()
    },
  },
]
