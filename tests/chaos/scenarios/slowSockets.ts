import { readFileSync } from 'node:fs'
import { judge, openLedger } from '../ledger.ts'
import { openProxy } from '../network/proxy.ts'
import { openSlowSockets, slownesses } from '../network/slowSockets.ts'
import { eventually } from '../patience.ts'
import { outcomeOf, type Scenario } from '../scenario.ts'
import { gatherTalkers } from '../talkers.ts'
import { gather, startWorld } from '../world/world.ts'

const withinMs = 60_000
/** The server waits for a greeting, a head, a body and the end of a socket so long at most, and looks so often. */
const closedWithinMs = 90_000
/** What somebody waits for an acknowledgement meanwhile, in 99 of 100 cases. */
const ackMsMax = 5000
const growthBytesMax = 256 * 1024 * 1024

const residentBytes = (pid: number): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024

const percentile = (values: readonly number[], of: number): number =>
  values.toSorted((a, b) => a - b)[Math.ceil(values.length * of) - 1] ?? 0

/**
 * Hundreds of connections that say next to nothing, and a signed-in device that reads nothing (slowloris, half-open
 * sockets): others talk on as if nobody was there, and the server lets go of each in its time.
 */
export const slowSockets: Scenario = {
  name: 'slow-sockets',
  belongs: 'long run',
  run: async ({ kills: intensity, chance }) => {
    if (process.platform !== 'linux')
      return { kind: 'skipped', why: 'memory is read from /proc, on Linux only' }
    const isLong = intensity >= 50
    const world = await startWorld()
    const proxy = await openProxy(world.port)
    const each = isLong ? 60 : 44
    try {
      const violations: string[] = []
      const ledger = openLedger()
      const near = await world.people(['alice', 'bob'])
      const far = await world.people(['carol'], { server: proxy.url })
      const people = [...near, ...far]
      const talkers = gatherTalkers(ledger, { chance, everyMs: 100, openMax: 40 })
      const room = await gather(people, 'General')
      await talkers.join(room, near)
      const slow = await openSlowSockets(world.port, each)
      proxy.weather({ kind: 'deaf' })
      const beforeBytes = residentBytes(world.server().pid)
      talkers.talk()
      const wanted = isLong ? 400 : 60
      await eventually(`${wanted} messages`, withinMs, () => ledger.acked().length >= wanted)
      if (isLong)
        await eventually('all of them are closed', closedWithinMs, () => slow.open().length === 0).catch(() =>
          violations.push(`still held: ${[...new Set(slow.open())].join(', ')}`),
        )
      await talkers.hush()
      const grownBytes = residentBytes(world.server().pid) - beforeBytes
      if (grownBytes > growthBytesMax) violations.push(`the server has grown by ${grownBytes} bytes`)
      slow.end()
      const waits = ledger.acked().map(({ saidMs, acked }) => (acked?.atMs ?? 0) - saidMs)
      const slowestMs = percentile(waits, 0.99)
      if (slowestMs > ackMsMax) violations.push(`an acknowledgement took ${slowestMs} ms (99 %)`)

      proxy.weather({ kind: 'clear' })
      proxy.cut()
      await talkers.join(room, far)
      const verdict = judge(ledger, await talkers.look(withinMs))
      const did = `${each * slownesses.length} slow sockets and a deaf device; ack in ${slowestMs} ms (99 %)`
      return outcomeOf(did, 0, verdict, [...violations, ...talkers.refusals(), ...talkers.untold()])
    } finally {
      await world.end()
      await proxy.close()
    }
  },
}
