import { decodeCanonical, encodeCanonical } from '@sotto/protocol'
import { describe, expect, it } from 'vitest'
import { barredMax, isOpenRoom, letsIn, withBarred, withOpenness } from '../src/content/openness.ts'

const salt = new Uint8Array(16)
const account = (n: number): Uint8Array => new Uint8Array(32).fill(n)
const metaOf = (fields: Parameters<typeof encodeCanonical>[0]) => ({ salt, bytes: encodeCanonical(fields) })
const several = (count: number): readonly Uint8Array[] =>
  Array.from({ length: count }, (_, n) => account(n + 1))

describe('META-1: the metadata of a room', () => {
  it.each([
    ['without `open`', { name: 'General' }],
    ['with `open` that is not true', { name: 'General', open: 1 }],
    ['with `open` as false', { name: 'General', open: false }],
    ['with `barred` that is no list', { name: 'General', open: true, barred: 'nobody' }],
    ['with `barred` of something else than accounts', { name: 'General', open: true, barred: [salt] }],
    [
      'with too many in `barred`',
      { name: 'General', open: true, barred: [...several(barredMax), account(0)] },
    ],
  ])('%s say that the room is closed', (_, fields) => {
    expect(isOpenRoom(metaOf(fields))).toBe(false)
    expect(letsIn(metaOf(fields), account(200))).toBe(false)
  })

  it('say that it is open, to all but those who are barred', () => {
    const meta = metaOf({ name: 'General', open: true, barred: several(barredMax) })
    expect(isOpenRoom(meta)).toBe(true)
    expect([letsIn(meta, account(200)), letsIn(meta, account(1))]).toEqual([true, false])
  })

  it('keep what this client does not know when something of them is changed', () => {
    const later = { name: 'General', topic: ['of a later version', 1] }
    const opened = withOpenness(metaOf(later), salt, true)
    expect(decodeCanonical(opened.bytes)).toEqual({ ...later, open: true })
    const barred = withBarred(opened, salt, account(7))
    expect(decodeCanonical(barred.bytes)).toEqual({ ...later, open: true, barred: [account(7)] })
  })
})

describe('META-2: whoever is taken out of an open room', () => {
  it('is barred, once', () => {
    const once = withBarred(metaOf({ name: 'General', open: true }), salt, account(7))
    expect(letsIn(once, account(7))).toBe(false)
    expect(withBarred(once, salt, account(7)).bytes).toEqual(once.bytes)
  })

  it('closes the room where 128 are barred already', () => {
    const full = metaOf({ name: 'General', open: true, barred: several(barredMax) })
    expect(isOpenRoom(withBarred(full, salt, account(200)))).toBe(false)
  })
})
