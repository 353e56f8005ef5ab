import { describe, expect, test } from 'vitest'
import { placeToOpen } from '../src/features/conversation/places.ts'

const end = { kind: 'end', top: { seq: 700, offsetPx: 4 } } as const

describe('a room is opened', () => {
  test('where its reader was, also at the end over what they have jumped', () => {
    expect(placeToOpen(end, { readSeq: 130, unread: 497 })).toEqual({ kind: 'at', seq: 700, offsetPx: 4 })
  })
  test('with what is new, where its reader had read up to the end', () => {
    expect(placeToOpen(end, { readSeq: 712, unread: 3 })).toBe(end)
    expect(placeToOpen(end, { readSeq: 699, unread: 3 })).toBe(end)
  })
  test('at its end, where nothing is unread', () => {
    expect(placeToOpen(end, { readSeq: 130, unread: 0 })).toBe(end)
    expect(placeToOpen({ kind: 'end' }, { readSeq: 0, unread: 0 })).toEqual({ kind: 'end' })
  })
  test('further up, where its reader was', () => {
    const place = { kind: 'at', seq: 20, offsetPx: -3 } as const
    expect(placeToOpen(place, { readSeq: 130, unread: 5 })).toBe(place)
  })
})
