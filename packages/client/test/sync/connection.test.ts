import { describe, expect, it } from 'vitest'
import { limits, type ServerFrame, SottoError } from '@sotto/protocol'
import type { LiveEvent, Transport } from '../../src/ports/transport.ts'
import { openConnection } from '../../src/sync/connection.ts'
import type { ConnectionView } from '../../src/view.ts'

const room = new Uint8Array(16)
const ready: ServerFrame = {
  kind: 'ready',
  account: new Uint8Array(32),
  device: new Uint8Array(16),
  timeMs: 1,
  heads: [],
  welcomes: 0,
}
const ackOf = (requestId: number): ServerFrame => ({
  kind: 'ack',
  requestId,
  ack: { room, seq: requestId, hash: new Uint8Array(32), timeMs: 1, signature: new Uint8Array(64) },
})

/** A clock that is moved by hand, lines that are opened and cut by hand. */
const workbench = (fetchServerInfo: () => Promise<'known' | 'other'> = async () => 'known') => {
  let nowMs = 0
  const tasks = new Set<{ atMs: number; task: () => void }>()
  const lines: { say(event: LiveEvent): void; readonly sent: unknown[]; closed: boolean }[] = []
  const views: ConnectionView[] = []
  const heard: string[] = []
  const transport: Transport = {
    call: () => Promise.reject(new SottoError('internal')),
    live: (_, listener) => {
      const line = { say: listener, sent: [] as unknown[], closed: false }
      lines.push(line)
      return {
        send: (frame) => void line.sent.push(frame),
        close: () => {
          line.closed = true
          listener({ kind: 'closed' })
        },
      }
    },
  }
  const connection = openConnection({
    transport,
    scheduler: {
      nowMs: () => nowMs,
      steadyMs: () => nowMs,
      after: (delayMs, task) => {
        const entry = { atMs: nowMs + delayMs, task }
        tasks.add(entry)
        return () => tasks.delete(entry)
      },
      turn: () => Promise.resolve(),
    },
    chance: () => 0.5,
    fetchServerInfo,
    events: {
      viewed: (view) => void views.push(view),
      opening: () => void heard.push('opening'),
      ready: () => void heard.push('ready'),
      entries: () => void heard.push('entries'),
      behind: () => void heard.push('behind'),
      welcome: () => void heard.push('welcome'),
      chain: () => void heard.push('chain'),
      sessionDoubted: () => void heard.push('session doubted'),
    },
  })
  /** Lets pass what is already decided, then moves the clock. */
  const pass = async (ms: number): Promise<void> => {
    await settled()
    const untilMs = nowMs + ms
    for (;;) {
      const due = [...tasks].filter(({ atMs }) => atMs <= untilMs).toSorted((a, b) => a.atMs - b.atMs)[0]
      if (!due) break
      tasks.delete(due)
      nowMs = due.atMs
      due.task()
      await settled()
    }
    nowMs = untilMs
  }
  return { connection, lines, views, heard, pass, nowMs: () => nowMs }
}

const settled = async (): Promise<void> => {
  for (let i = 0; i < 20; i++) await Promise.resolve()
}

const opened = async (bench: ReturnType<typeof workbench>) => {
  bench.connection.start('token')
  await settled()
  const line = bench.lines.at(-1)
  if (!line) throw new Error('no line')
  line.say({ kind: 'opened', route: 'websocket' })
  line.say({ kind: 'frame', frame: ready })
  return line
}

describe('the connection', () => {
  it('is offline, connecting, online', async () => {
    const bench = workbench()
    expect(bench.connection.view()).toEqual({ kind: 'offline', retryAtMs: null })
    await opened(bench)
    expect(bench.views.map(({ kind }) => kind)).toEqual(['connecting', 'connecting', 'online'])
    expect(bench.connection.view()).toEqual({ kind: 'online', route: 'websocket' })
    expect(bench.heard).toEqual(['opening', 'ready'])
  })

  it('says why an attempt came to nothing, and forgets it with the next', async () => {
    let failure: SottoError | null = new SottoError('offline', undefined, { obstacle: 'certificate_expired' })
    const bench = workbench(async () => {
      if (failure) throw failure
      return 'known'
    })
    bench.connection.start('token')
    await settled()
    expect(bench.connection.view()).toMatchObject({
      kind: 'offline',
      reason: { code: 'offline', obstacle: 'certificate_expired' },
    })
    failure = new SottoError('host_refused', undefined, { obstacle: 'constructor' })
    await bench.pass(limits.retryDelayMinMs)
    expect(bench.connection.view()).toMatchObject({ kind: 'offline', reason: { code: 'host_refused' } })
    expect(bench.connection.view()).not.toHaveProperty('reason.obstacle')
    failure = null
    await bench.pass(2 * limits.retryDelayMinMs)
    bench.lines.at(-1)?.say({ kind: 'closed' })
    expect(bench.connection.view()).not.toHaveProperty('reason')
  })

  it('comes back later and later when it is cut, and at once quickly after it has worked', async () => {
    const bench = workbench()
    const waits: number[] = []
    bench.connection.start('token')
    await settled()
    for (let i = 0; i < 12; i++) {
      bench.lines.at(-1)?.say({ kind: 'closed' })
      const view = bench.connection.view()
      const delayMs = view.kind === 'offline' ? (view.retryAtMs ?? 0) - bench.nowMs() : NaN
      waits.push(delayMs)
      const count = bench.lines.length
      await bench.pass(delayMs)
      expect(bench.lines.length).toBe(count + 1)
    }
    expect(waits[0]).toBeLessThanOrEqual(limits.retryDelayMinMs)
    expect(waits.at(-1)).toBeGreaterThan(limits.obstacleRetryMaxMs / 2)
    expect(Math.max(...waits)).toBeLessThanOrEqual(limits.obstacleRetryMaxMs)
    for (let i = 1; i < waits.length; i++) expect(waits[i]).toBeGreaterThanOrEqual(waits[i - 1] as number)
  })

  it('gives every message its own answer', async () => {
    const bench = workbench()
    const line = await opened(bench)
    const [one, two, three] = [1, 2, 3].map(() => bench.connection.submit(room, new Uint8Array([1])))
    expect(line.sent).toHaveLength(3)
    line.say({ kind: 'frame', frame: ackOf(2) })
    line.say({
      kind: 'frame',
      frame: { kind: 'refused', requestId: 1, code: 'stale_epoch', detail: '{"epoch":2,"head":9,"evil":{}}' },
    })
    await expect(two).resolves.toMatchObject({ seq: 2 })
    await expect(one).rejects.toMatchObject({ code: 'stale_epoch', detail: { epoch: 2, head: 9 } })
    line.say({ kind: 'closed' })
    await expect(three).rejects.toMatchObject({ code: 'offline' })
    await expect(bench.connection.submit(room, new Uint8Array())).rejects.toMatchObject({ code: 'offline' })
  })

  it('a line that does not answer is given up', async () => {
    const bench = workbench()
    const line = await opened(bench)
    const waiting = bench.connection.submit(room, new Uint8Array([1]))
    waiting.catch(() => {})
    await bench.pass(limits.requestTimeoutMs)
    await expect(waiting).rejects.toMatchObject({ code: 'timeout' })
    expect(line.closed).toBe(true)
    await bench.pass(limits.retryDelayMaxMs)
    expect(bench.lines).toHaveLength(2)
  })

  it('says nothing to a server that is not the one it was, and goes on by itself when that is back', async () => {
    let there: 'known' | 'other' = 'other'
    let asked = 0
    const bench = workbench(async () => {
      asked += 1
      return there
    })
    bench.connection.start('token')
    for (let minute = 0; minute < 5; minute++) {
      await bench.pass(60_000)
      expect(bench.connection.view()).toEqual({ kind: 'refused', code: 'integrity' })
    }
    // Said once, for it does not change; and asked for without a storm.
    expect(bench.views.filter(({ kind }) => kind === 'connecting')).toHaveLength(1)
    expect(asked).toBeLessThan((5 * 60_000) / (limits.obstacleRetryMaxMs / 2) + 10)
    expect(bench.lines).toHaveLength(0)
    there = 'known'
    await bench.pass(limits.obstacleRetryMaxMs)
    expect(bench.lines).toHaveLength(1)
    expect(bench.connection.view()).toEqual({ kind: 'connecting' })
  })

  it('waits as long as the server itself asks for, within reason, and no longer for anything else', async () => {
    const delayOf = async (failure: SottoError, attempts = 10): Promise<number> => {
      const bench = workbench(async () => {
        throw failure
      })
      bench.connection.start('token')
      let delayMs = 0
      for (let i = 0; i < attempts; i++) {
        await settled()
        const view = bench.connection.view()
        delayMs = view.kind === 'offline' ? (view.retryAtMs ?? 0) - bench.nowMs() : NaN
        await bench.pass(delayMs)
      }
      return delayMs
    }
    const { obstacleRetryMaxMs } = limits
    for (const failure of [
      new SottoError('offline', undefined, { obstacle: 'not_sotto', retryAfterMs: 1e9 }),
      new SottoError('unavailable', undefined, { obstacle: 'crowded', retryAfterMs: 1e9 }),
      new SottoError('rate', undefined, { retryAfterMs: 1e15 }),
      new SottoError('timeout'),
      new SottoError('unavailable'),
      new SottoError('integrity', undefined, { rule: 'log_key' }),
      new SottoError('session_expired'),
    ])
      expect(await delayOf(failure), failure.code).toBeLessThanOrEqual(obstacleRetryMaxMs)
    expect(await delayOf(new SottoError('rate', undefined, { retryAfterMs: 5000 }), 1)).toBe(5000)
  })

  it('the time that an attempt has taken is time that was waited', async () => {
    let fail: (error: unknown) => void = () => {}
    const bench = workbench(() => new Promise((_, reject) => (fail = reject)))
    bench.connection.start('token')
    for (let i = 0; i < 8; i++) {
      await bench.pass(limits.helloTimeoutMs)
      fail(new SottoError('timeout'))
      await settled()
      const view = bench.connection.view()
      expect(view.kind === 'offline' && (view.retryAtMs ?? 0) - bench.nowMs()).toBeLessThanOrEqual(
        limits.retryDelayMinMs,
      )
      await bench.pass(limits.retryDelayMinMs)
    }
  })

  it('tries at once when something says that the server may be back, however often that is said', async () => {
    let asked = 0
    const bench = workbench(async () => {
      asked += 1
      throw new SottoError('offline')
    })
    bench.connection.start('token')
    await bench.pass(60_000)
    const before = asked
    for (let i = 0; i < 100; i++) bench.connection.hurry()
    await bench.pass(limits.retryDelayMinMs)
    expect(asked).toBe(before + 1)
  })

  it('tries again when the server could not be asked who it is', async () => {
    let asked = 0
    const bench = workbench(async () => {
      if (++asked === 1) throw new SottoError('offline')
      return 'known'
    })
    bench.connection.start('token')
    await settled()
    expect(bench.connection.view().kind).toBe('offline')
    await bench.pass(limits.retryDelayMaxMs)
    expect(bench.lines).toHaveLength(1)
  })

  it('whoever is quicker than the line waits for it, not for ever, and not where none is on its way', async () => {
    const bench = workbench()
    const heard: string[] = []
    const wait = (name: string) => void bench.connection.settled().then(() => heard.push(name))
    wait('none on its way')
    await settled()
    expect(heard).toEqual(['none on its way'])

    bench.connection.start('token')
    wait('cut')
    await settled()
    expect(heard).toHaveLength(1)
    // The long poll ends now and then, and proxies cut what is idle: the next attempt is on its way.
    bench.lines.at(-1)?.say({ kind: 'closed' })
    await settled()
    expect(heard).toHaveLength(1)
    await bench.pass(limits.retryDelayMinMs)
    bench.lines.at(-1)?.say({ kind: 'closed', failure: new SottoError('offline') })
    wait('between two attempts')
    await settled()
    expect(heard.slice(1)).toEqual(['cut', 'between two attempts'])

    await bench.pass(2 * limits.retryDelayMinMs)
    wait('ready')
    await settled()
    expect(heard).toHaveLength(3)
    bench.lines.at(-1)?.say({ kind: 'frame', frame: ready })
    await settled()
    expect(heard[3]).toBe('ready')

    bench.connection.start('token')
    wait('never ready')
    await bench.pass(limits.helloTimeoutMs - 1)
    expect(heard).toHaveLength(4)
    await bench.pass(1)
    expect(heard[4]).toBe('never ready')

    wait('stopped')
    bench.connection.stop()
    await settled()
    expect(heard[5]).toBe('stopped')
  })

  it('hears that the session may be over, in either way', async () => {
    const bench = workbench()
    const line = await opened(bench)
    line.say({ kind: 'frame', frame: { kind: 'closing', reason: 'restart' } })
    line.say({ kind: 'frame', frame: { kind: 'closing', reason: 'session' } })
    line.say({
      kind: 'frame',
      frame: { kind: 'refused', requestId: null, code: 'session_expired', detail: '{' },
    })
    expect(bench.heard.filter((what) => what === 'session doubted')).toHaveLength(2)
  })

  it('after stopping nothing of the old line is heard, and nothing is opened', async () => {
    const bench = workbench()
    const line = await opened(bench)
    bench.connection.stop()
    line.say({ kind: 'frame', frame: { kind: 'welcome', room } })
    await bench.pass(limits.retryDelayMaxMs * 2)
    expect(bench.heard).not.toContain('welcome')
    expect(bench.lines).toHaveLength(1)
  })
})
