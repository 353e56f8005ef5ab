import type { Change, Store } from '../../src/ports/store.ts'
import { assertEqual, assertFailure, type ContractCase } from './contract.ts'

/** One place where a store keeps its rows, empty at first; `open` may be called again and again, as by a new process or tab. */
export interface StorePlace {
  open(): Promise<Store>
}

const text = (value: string): Uint8Array => Uint8Array.from(value, (character) => character.charCodeAt(0))
const put = (key: string, value = key): Change => ({ kind: 'put', key, value: text(value) })
const row = (key: string, value = key) => ({ key, value: text(value) })
const everything = { limit: 1000 }

const opened = async (place: StorePlace, ...changes: readonly Change[]): Promise<Store> => {
  const store = await place.open()
  await store.commit(changes)
  return store
}

export const storeContract: readonly ContractCase<StorePlace>[] = [
  {
    title: 'a key that was never put has no value',
    run: async (place) => {
      const store = await place.open()
      assertEqual(await store.get('a'), undefined, 'get')
      assertEqual(await store.range('', '~', everything), [], 'range')
    },
  },
  {
    title: 'what is put is there, also for the next opener',
    run: async (place) => {
      const store = await opened(place, put('a', 'one'), put('b', ''))
      assertEqual(await store.get('a'), text('one'), 'get')
      assertEqual(await store.get('b'), text(''), 'an empty value is a value')
      await store.close()
      const next = await place.open()
      assertEqual(await next.get('a'), text('one'), 'get after opening again')
    },
  },
  {
    title: 'the changes of a commit take effect in their order',
    run: async (place) => {
      const store = await opened(place, put('a', 'one'))
      await store.commit([
        put('a', 'two'),
        { kind: 'delete', key: 'a' },
        put('a', 'three'),
        put('b'),
        { kind: 'delete', key: 'b' },
        put('c/1'),
        { kind: 'delete_range', from: 'c/', to: 'c0' },
        put('c/2'),
      ])
      assertEqual(await store.range('', '~', everything), [row('a', 'three'), row('c/2')], 'rows')
    },
  },
  {
    title: 'deleting what is not there is nothing',
    run: async (place) => {
      const store = await opened(
        place,
        { kind: 'delete', key: 'a' },
        { kind: 'delete_range', from: 'a', to: 'b' },
      )
      assertEqual(await store.range('', '~', everything), [], 'rows')
    },
  },
  {
    title: 'a range is half open and ordered by code units',
    run: async (place) => {
      const store = await opened(
        place,
        put('m/10'),
        put('m/02'),
        put('m/B'),
        put('m/a'),
        put('m'),
        put('m0'),
        put('l'),
      )
      assertEqual(
        await store.range('m/', 'm0', everything),
        [row('m/02'), row('m/10'), row('m/B'), row('m/a')],
        'the whole folder',
      )
      assertEqual(await store.range('m/02', 'm/B', everything), [row('m/02'), row('m/10')], 'a part')
      assertEqual(await store.range('m/B', 'm/02', everything), [], 'nothing lies between')
    },
  },
  {
    title: 'a range is cut at its limit, from the end when it runs down',
    run: async (place) => {
      const store = await opened(place, put('m/1'), put('m/2'), put('m/3'), put('m/4'))
      assertEqual(await store.range('m/', 'm0', { limit: 2 }), [row('m/1'), row('m/2')], 'up')
      assertEqual(
        await store.range('m/', 'm/4', { limit: 2, direction: 'down' }),
        [row('m/3'), row('m/2')],
        'down',
      )
    },
  },
  {
    title: 'a range of keys is deleted without its end',
    run: async (place) => {
      const store = await opened(place, put('m/1'), put('m/2'), put('m/3'), put('n'))
      await store.commit([{ kind: 'delete_range', from: 'm/', to: 'm/3' }])
      assertEqual(await store.range('', '~', everything), [row('m/3'), row('n')], 'rows')
    },
  },
  {
    title: 'neither the caller nor a reader can change what is stored',
    run: async (place) => {
      const value = text('one')
      const store = await place.open()
      await store.commit([{ kind: 'put', key: 'a', value }])
      value.fill(0)
      assertEqual(await store.get('a'), text('one'), 'after the caller reused its buffer')
      ;(await store.get('a'))?.fill(0)
      assertEqual(await store.get('a'), text('one'), 'after a reader wiped what it got')
    },
  },
  {
    title: 'commits that overlap in time all take effect, in the order of their calls',
    run: async (place) => {
      const store = await place.open()
      await Promise.all(
        Array.from({ length: 50 }, (_, i) => store.commit([put('last', String(i)), put(`n/${i}`)])),
      )
      assertEqual(await store.get('last'), text('49'), 'the last commit')
      assertEqual((await store.range('n/', 'n0', everything)).length, 50, 'all of them')
    },
  },
  {
    title: 'a commit of many and large rows is whole',
    run: async (place) => {
      const large = new Uint8Array(300_000).map((_, i) => i % 251)
      const store = await place.open()
      await store.commit([
        { kind: 'put', key: 'large', value: large },
        ...Array.from({ length: 2000 }, (_, i) => put(`n/${String(i).padStart(4, '0')}`)),
      ])
      assertEqual((await store.get('large'))?.length, large.length, 'length')
      assertEqual((await store.get('large'))?.[299_999], 299_999 % 251, 'the last byte')
      assertEqual((await store.range('n/', 'n0', { limit: 5000 })).length, 2000, 'rows')
    },
  },
  {
    title: 'a store opened again fences the earlier one: its commits change nothing',
    run: async (place) => {
      const earlier = await opened(place, put('a', 'one'))
      const later = await place.open()
      await assertFailure(earlier.commit([put('a', 'two')]), 'fenced', 'the earlier opener')
      assertEqual(await later.get('a'), text('one'), 'get')
      await later.commit([put('a', 'three')])
      await assertFailure(earlier.commit([put('a', 'four')]), 'fenced', 'the earlier opener again')
      assertEqual(await later.get('a'), text('three'), 'get')
    },
  },
]
