import { limits } from '@sotto/protocol'
import { describe, expect, it } from 'vitest'
import { behind, listed, rowsBehind, rowsOf } from '../../src/open/listed.ts'

interface Row {
  readonly id: number
  readonly name: string
}
const rowsUpTo = (count: number): readonly Row[] =>
  Array.from({ length: count }, (_, at) => ({ id: at + 1, name: `n${String(at).padStart(6, '0')}` }))

/** A store of rows that counts how many were read. */
const storeOf = (rows: readonly Row[]) => {
  const read = { count: 0 }
  const counted = (some: readonly Row[]): readonly Row[] => {
    read.count += some.length
    return some
  }
  return {
    read,
    behindId: async (last: Row | undefined, countMax: number) =>
      counted(rows.filter(({ id }) => id > (last?.id ?? 0)).slice(0, countMax)),
    withIds: async (ids: readonly number[]) =>
      counted(rows.filter(({ id }) => ids.includes(id)).toReversed()),
  }
}

const bytesOf = (list: unknown): number => Buffer.byteLength(JSON.stringify(list))

describe('a list', () => {
  it('holds so many rows and so many bytes, and not one more', async () => {
    const store = storeOf(rowsUpTo(3000))
    const many = await listed(rowsBehind(store.behindId), ({ id }) => id, limits)
    expect(many.length).toBe(limits.openListedMax)
    // Each a comma and two quotes more; the umlaut is one character and two bytes.
    const long = (characters: number) => (row: Row) => row && 'ü'.repeat(characters)
    const fits = { openListedMax: 1000, openListedBytesMax: 10 * (2 * 100 + 3) + 1 }
    const ten = await listed(rowsBehind(store.behindId), long(100), fits)
    expect(ten.length).toBe(10)
    expect(bytesOf(ten)).toBe(fits.openListedBytesMax)
    const nine = { ...fits, openListedBytesMax: fits.openListedBytesMax - 1 }
    expect((await listed(rowsBehind(store.behindId), long(100), nine)).length).toBe(9)
    const full = await listed(rowsBehind(store.behindId), long(4000), limits)
    expect(bytesOf(full)).toBeLessThanOrEqual(limits.openListedBytesMax)
    expect(bytesOf([...full, long(4000)(rowsUpTo(1)[0] as Row)])).toBeGreaterThan(limits.openListedBytesMax)
  })

  it('has one row, however long that is, so that whoever goes on gets on', async () => {
    const store = storeOf(rowsUpTo(3))
    const shown = await listed(rowsBehind(store.behindId), () => 'x'.repeat(100), {
      openListedMax: 9,
      openListedBytesMax: 1,
    })
    expect(shown).toHaveLength(1)
  })

  it('reads hardly more than it shows, however much there is', async () => {
    const rows = rowsUpTo(3000)
    const bounds = { openListedMax: 1000, openListedBytesMax: 1000 }
    const show = (): string => 'x'.repeat(90)
    const [cursor, named] = [storeOf(rows), storeOf(rows)]
    await listed(rowsBehind(cursor.behindId), show, bounds)
    await listed(
      rowsOf(
        rows.map(({ id }) => id),
        named.withIds,
      ),
      show,
      bounds,
    )
    for (const { read } of [cursor, named]) expect(read.count).toBeLessThan(100)
  })

  it('is told to its end, each row once, by going on behind the last', async () => {
    const rows = rowsUpTo(300).toReversed()
    const store = storeOf(rows)
    const told: string[] = []
    for (let after = ''; ; after = told.at(-1) as string) {
      const ids = behind(rows, after).map(({ id }) => id)
      const page = await listed(rowsOf(ids, store.withIds), ({ name }) => name, {
        openListedMax: 7,
        openListedBytesMax: 9999,
      })
      if (page.length === 0) break
      told.push(...page)
    }
    expect(told).toEqual(rowsUpTo(300).map(({ name }) => name))
  })

  it('leaves out a row of which nothing is shown, and goes on', async () => {
    const store = storeOf(rowsUpTo(200))
    const even = await listed(rowsBehind(store.behindId), ({ id }) => (id % 2 === 0 ? id : undefined), limits)
    expect(even).toHaveLength(100)
  })
})
