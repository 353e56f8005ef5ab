import { describe, expect, it } from 'vitest'
import { makeEventLog } from '../src/logging/eventLog.ts'
import { makeSources } from '../src/logging/sources.ts'
import { testClock } from './client/clock.ts'
import { random } from './client/device.ts'

const dayMs = 86_400_000
const minuteMs = 60_000

type Line = Readonly<Record<string, unknown>>

const recorded = () => {
  const clock = testClock()
  const lines: string[] = []
  const log = makeEventLog({
    level: 'info',
    destination: { write: (line: string) => void lines.push(line) },
    idKey: random(32),
    clock,
  })
  return { clock, log, lines, parsed: () => lines.map((line) => JSON.parse(line) as Line) }
}

describe('the log', () => {
  it('tells for a day which refusals come from one place, and never from which', () => {
    const { clock, log, lines, parsed } = recorded()
    const refused = (address: string): void => log.info('login_refused', { address })
    refused('192.0.2.7')
    refused('192.0.2.7')
    refused('192.0.2.8')
    clock.advance(dayMs)
    refused('192.0.2.7')
    const [first, again, other, nextDay] = parsed().map(({ source }) => source)
    expect(first).toMatch(/^[0-9a-f]{16}$/)
    expect(again).toBe(first)
    expect(other).not.toBe(first)
    expect(nextDay).not.toBe(first)
    expect(lines.join('')).not.toContain('192.0.2')
  })

  it('of another start of the server does not tell the same', () => {
    const clock = testClock()
    expect(makeSources(clock).of('192.0.2.7')).not.toBe(makeSources(clock).of('192.0.2.7'))
  })

  it('is not filled by a stranger, keeps a place for others, and says how much was left out', () => {
    const { clock, log, parsed } = recorded()
    for (let i = 0; i < 10_000; i++) log.info('login_refused', { address: '192.0.2.7' })
    const flood = parsed().length
    expect(flood).toBeLessThanOrEqual(30)
    log.info('login_refused', { address: '198.51.100.1' })
    log.info('commit_accepted', {})
    expect(parsed().length).toBe(flood + 2)
    expect(parsed()[flood]).toMatchObject({ event: 'login_refused', leftOut: 10_000 - flood })
    clock.advance(minuteMs)
    log.info('login_refused', { address: '192.0.2.7' })
    expect(parsed().at(-1)).not.toHaveProperty('leftOut')
  })

  it.each(['refused', 'nack', 'fork_reported', 'key_packages_claimed', 'room_created'] as const)(
    'is not filled by a member, who leaves a place for others: %s',
    (event) => {
      const { log, parsed } = recorded()
      const [mallory, alice, room] = [random(32), random(32), random(32)]
      for (let i = 0; i < 10_000; i++) log.info(event, { account: mallory, room })
      const flood = parsed().length
      expect(flood).toBeLessThanOrEqual(30)
      log.info(event, { account: alice, room })
      expect(parsed()[flood]).toMatchObject({ event, leftOut: 10_000 - flood })
    },
  )

  it('is not filled by a failure that comes again and again, and shows another one', () => {
    const { log, parsed } = recorded()
    for (let i = 0; i < 10_000; i++) log.failure(new RangeError('again'))
    const flood = parsed().length
    expect(flood).toBeLessThanOrEqual(30)
    log.failure(new TypeError('another'))
    expect(parsed()[flood]).toMatchObject({ event: 'failure', error: 'TypeError', leftOut: 10_000 - flood })
  })

  it('keeps every line of what whoever runs the server does', () => {
    const { log, lines } = recorded()
    for (let i = 0; i < 500; i++) log.info('account_suspended', { account: random(32) })
    expect(lines).toHaveLength(500)
  })

  it('is not filled by many strangers either', () => {
    const { log, lines } = recorded()
    for (let i = 0; i < 5000; i++) log.info('hook_refused', { address: `192.0.${i >> 8}.${i & 255}` })
    expect(lines.length).toBeLessThanOrEqual(240)
  })
})
