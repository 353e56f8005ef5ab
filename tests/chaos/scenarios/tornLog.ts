import { closeSync, cpSync, ftruncateSync, openSync, rmSync, statSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { Chance } from '../chance.ts'
import { auditDatabase } from '../databaseAudit.ts'
import { judge, type Ledger, openLedger } from '../ledger.ts'
import { openProxy, type Proxy } from '../network/proxy.ts'
import { eventually, lasting } from '../patience.ts'
import { watchRollback } from '../rollback.ts'
import { outcomeOf, type Scenario } from '../scenario.ts'
import { gatherTalkers } from '../talkers.ts'
import { gather, startWorld, type World } from '../world/world.ts'

const withinMs = 90_000

/** SQLite's write-ahead log: what a commit has synced lies here until a checkpoint. */
const walOf = (data: string): string => join(data, 'sotto.db-wal')

const sizeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0

/** Cuts the end off, or leaves it there as noise: a sector that was never written. */
const tear = (file: string, at: number, chance: Chance): void => {
  const size = sizeOf(file)
  const handle = openSync(file, 'r+')
  try {
    if (chance.fraction() < 0.5) ftruncateSync(handle, at)
    else writeSync(handle, Buffer.alloc(Math.max(0, size - at), chance.between(0, 255)), 0, size - at, at)
  } finally {
    closeSync(handle)
  }
}

/** How long the log was at the last acknowledgement: up to there the disk has promised to keep it. */
const promisedBytes = (
  ledger: Ledger,
  data: string,
): { readonly bytes: () => number; readonly end: () => void } => {
  let bytes = sizeOf(walOf(data))
  const end = ledger.onAck(() => {
    bytes = sizeOf(walOf(data))
  })
  return { bytes: () => bytes, end }
}

const acked = (ledger: Ledger, more: number): Promise<true> => {
  const wanted = ledger.acked().length + more
  return eventually(`${more} messages`, withinMs, () => ledger.acked().length >= wanted)
}

/**
 * Kills the server under load and tears its log somewhere behind what was promised: what it has stored since nobody was
 * told, because nothing that it says arrives any more.
 */
const tearBehind = async (world: World, proxy: Proxy, ledger: Ledger, chance: Chance): Promise<number> => {
  const promised = promisedBytes(ledger, world.data)
  await acked(ledger, chance.between(5, 40))
  proxy.weather({ kind: 'mute' })
  await lasting(chance.between(0, 300))
  await world.server().kill()
  proxy.cut()
  proxy.weather({ kind: 'clear' })
  promised.end()
  const size = sizeOf(walOf(world.data))
  const at = chance.between(promised.bytes(), size)
  if (size > 0) tear(walOf(world.data), at, chance)
  await world.start().ready
  return size - at
}

/**
 * The write-ahead log is torn when the machine goes down. Behind the last acknowledgement nothing is lost by it.
 * Before it, on a disk that lied, the devices notice and never use a key twice; with the true log everything is there.
 */
export const tornLog: Scenario = {
  name: 'torn-log',
  belongs: 'always',
  run: async ({ kills: intensity, chance }) => {
    const world = await startWorld()
    const proxy = await openProxy(world.port)
    try {
      const violations: string[] = []
      const ledger = openLedger()
      const people = await world.people(['alice', 'bob', 'carol'], { server: proxy.url })
      const talkers = gatherTalkers(ledger, { chance, everyMs: 50, openMax: 20 })
      const room = await gather(people, 'General')
      await talkers.join(room, people)
      // Accounts and sessions lie in the database itself: only what is said now can be torn.
      await world.restart()
      talkers.talk()
      const rounds = Math.max(2, Math.round(intensity / 8))
      let torn = 0
      for (let round = 0; round < rounds; round++) torn += await tearBehind(world, proxy, ledger, chance)
      await acked(ledger, 20)
      await talkers.hush()
      const behind = judge(ledger, await talkers.look(withinMs))

      // The disk has lied: part of what it had promised is not there.
      await world.restart()
      talkers.talk()
      await acked(ledger, 40)
      await talkers.hush()
      await talkers.look(withinMs)
      await world.server().kill()
      const truth = join(world.directory, 'truth')
      cpSync(world.data, truth, { recursive: true, filter: (path) => !path.endsWith('.sock') })
      tear(walOf(world.data), chance.between(1, Math.floor(sizeOf(walOf(world.data)) / 2)), chance)
      rmSync(join(world.data, 'sotto.db-shm'), { force: true })
      const watch = watchRollback(people, room)
      const isUp = await world.start().ready.then(
        () => true,
        () => false,
      )
      const ending = isUp ? await watch.ending() : ({ kind: 'refused to serve' } as const)
      if (ending.kind === 'violated') violations.push(...ending.violations)
      if (ending.kind === 'healed') await talkers.look(withinMs)
      const shown = await talkers.look(0)
      await world.server().stop()
      const audit = auditDatabase(world.data)
      const did = `${rounds} tears behind an ack (${Math.round(torn / 1024)} KiB), 1 before: ${ending.kind}`
      return outcomeOf(did, rounds + 1, judge(ledger, shown), [
        ...behind.violations,
        ...violations,
        ...audit.violations,
        ...auditDatabase(truth).violations,
      ])
    } finally {
      await world.end()
      await proxy.close()
    }
  },
}
