import { describe, expect, it } from 'vitest'
import { isSlowOnly, type Measured, percentile, type Service, violationsOf } from './verdict.ts'

const miB = 1024 * 1024
const service = (ms: number, changes: Partial<Service> = {}): Service => ({
  waitsMs: Array.from({ length: 300 }, () => ms),
  refused: [],
  missing: 0,
  ...changes,
})
const held: Measured = { quiet: service(5), siege: service(20), residentBytesMax: 400 * miB }

describe('the verdict over a siege', () => {
  it('finds nothing at the bounds', () => {
    expect(violationsOf(held)).toEqual([])
  })

  it.each<[what: string, measured: Measured, says: RegExp]>([
    ['slowness', { ...held, siege: service(21) }, /4\.2 times as long/],
    ['memory', { ...held, residentBytesMax: 401 * miB }, /held 401 MB/],
    ['a refusal', { ...held, siege: service(5, { refused: ['rate'] }) }, /refused: rate/],
    ['a loss', { ...held, siege: service(5, { missing: 2 }) }, /2 messages did not arrive/],
    ['silence', { ...held, siege: service(5, { waitsMs: [] }) }, /too little was sent/],
  ])('finds %s beyond them', (_what, measured, says) => {
    expect(violationsOf(measured).join()).toMatch(says)
  })

  it('tells slowness alone from everything else', () => {
    const slow = { ...held, siege: service(21) }
    expect(isSlowOnly(slow)).toBe(true)
    expect(isSlowOnly(held)).toBe(false)
    expect(isSlowOnly({ ...slow, residentBytesMax: 401 * miB })).toBe(false)
    expect(isSlowOnly({ ...held, siege: service(21, { refused: ['rate'] }) })).toBe(false)
  })

  it('counts one in a hundred', () => {
    const values = Array.from({ length: 100 }, (_, at) => at + 1)
    expect([percentile(values, 0.99), percentile(values, 0.5), percentile([7], 0.99)]).toEqual([99, 50, 7])
  })
})
