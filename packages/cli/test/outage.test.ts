import type { ClientState, ConnectionView } from '@sotto/client'
import { describe, expect, it } from 'vitest'
import { lineOfClient, lineOfLane, outageTeller, sharedTeller } from '../src/outage.ts'

/** Time that passes when a test says so. */
const world = () => {
  let nowMs = 0
  let timers: { readonly atMs: number; readonly task: () => void }[] = []
  const said: string[] = []
  const scheduler = {
    steadyMs: () => nowMs,
    after: (delayMs: number, task: () => void) => {
      const timer = { atMs: nowMs + delayMs, task }
      timers.push(timer)
      return () => void (timers = timers.filter((one) => one !== timer))
    },
  }
  const pass = (ms: number): void => {
    const untilMs = nowMs + ms
    for (;;) {
      const [next] = timers.filter(({ atMs }) => atMs <= untilMs).toSorted((a, b) => a.atMs - b.atMs)
      if (!next) break
      timers = timers.filter((one) => one !== next)
      nowMs = next.atMs
      next.task()
    }
    nowMs = untilMs
  }
  const teller = outageTeller({ notice: (_value, text) => said.push(text) }, scheduler)
  return { teller, pass, said, timers: () => timers.length }
}

const state = (connection: ConnectionView): ClientState => ({
  account: { kind: 'signed_in', server: 's', name: 'alice', account: 'a', device: 'd', isBot: false },
  connection,
  rooms: [],
})
const refused = lineOfClient(
  state({ kind: 'offline', retryAtMs: 1, reason: { code: 'offline', obstacle: 'refused' } }),
)
const connecting = lineOfClient(state({ kind: 'connecting' }))
const online = lineOfClient(state({ kind: 'online', route: 'websocket' }))

const nothingListens = 'Waiting for the server: nothing answers at its address; nothing is lost.'

describe('a terminal whose server is away', () => {
  it('says so once, with what stands in the way, and that it is back', () => {
    const { teller, pass, said } = world()
    for (let attempt = 0; attempt < 20; attempt++) {
      teller.heard(connecting)
      teller.heard(refused)
      pass(3000)
      expect(said).toEqual(attempt < 1 ? [] : [nothingListens])
    }
    teller.heard(online)
    teller.heard(online)
    expect(said).toEqual([nothingListens, 'Connected again.'])
    teller.heard(refused)
    pass(60_000)
    expect(said).toHaveLength(3)
  })

  it('says nothing of what is over soon, or of a line that nobody wants', () => {
    const { teller, pass, said, timers } = world()
    teller.heard(refused)
    pass(4000)
    teller.heard(online)
    pass(60_000)
    teller.heard(refused)
    teller.heard(lineOfClient(state({ kind: 'offline', retryAtMs: null })))
    pass(60_000)
    teller.heard(refused)
    teller.end()
    pass(60_000)
    expect(said).toEqual([])
    expect(timers()).toBe(0)
  })

  it('says that it does not answer, and what it is once that is known', () => {
    const { teller, pass, said } = world()
    teller.heard(connecting)
    pass(6000)
    teller.heard(refused)
    teller.heard(connecting)
    expect(said).toEqual(['Waiting for the server: it does not answer; nothing is lost.', nothingListens])
  })

  it('says which server is there where it is another one', () => {
    const { teller, pass, said } = world()
    teller.heard(lineOfClient(state({ kind: 'refused', code: 'integrity' })))
    pass(6000)
    expect(said).toHaveLength(1)
    expect(said[0]).toMatch(/^Waiting for the server: [a-z]/)
  })

  it('says it once for all programs of a gateway', () => {
    const { teller, pass, said } = world()
    const of = sharedTeller(teller)
    const [alice, bob] = [of('alice'), of('bob')]
    const hear = (who: typeof alice, at: 'offline' | 'online'): void => {
      const line = lineOfLane({ kind: 'connection', state: at })
      if (line) who.heard(line)
    }
    hear(alice, 'offline')
    hear(bob, 'offline')
    pass(6000)
    hear(alice, 'online')
    expect(said).toHaveLength(1)
    bob.end()
    expect(said.at(-1)).toBe('Connected again.')
    alice.end()
    expect(said).toHaveLength(2)
  })
})
