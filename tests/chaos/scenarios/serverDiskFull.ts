import { join } from 'node:path'
import { auditDatabase } from '../databaseAudit.ts'
import { judge, openLedger } from '../ledger.ts'
import { eventually } from '../patience.ts'
import { outcomeOf, type Scenario } from '../scenario.ts'
import { obtainShortage, type ShortageKind } from '../shortage.ts'
import { gatherTalkers } from '../talkers.ts'
import { password } from '../world/person.ts'
import { answers } from '../world/serverProcess.ts'
import { gather, startWorld } from '../world/world.ts'

const diskBytes = 48 * 1024 * 1024
const withinMs = 60_000

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : String(error)

const words: Readonly<Record<ShortageKind, string>> = {
  disk: 'a full disk (ENOSPC)',
  limit: 'a full quota (EFBIG)',
}

/**
 * There is no room at the server: nothing is acknowledged that is not stored, reading goes on, whoever wants to
 * store something is told so, and with room it goes on without a restart.
 */
export const serverDiskFull = (kind: ShortageKind): Scenario => ({
  name: `server-full-${kind}`,
  belongs: kind === 'limit' ? 'always' : 'long run',
  run: async ({ kills: intensity, chance }) => {
    const shortage = obtainShortage(kind, diskBytes)
    if (shortage.kind === 'impossible') return { kind: 'skipped', why: shortage.why }
    const world = await startWorld(shortage.directory ? { data: join(shortage.directory, 'data') } : {})
    try {
      const violations: string[] = []
      const ledger = openLedger()
      const people = await world.people(['alice', 'bob', 'carol'])
      const [, bob] = people
      if (!bob) throw new Error('bob is missing')
      const talkers = gatherTalkers(ledger, { chance, everyMs: 100, openMax: 20 })
      const room = await gather(people, 'General')
      await talkers.join(room, people)
      const stranger = world.stranger('dave')
      await stranger.start()
      const rounds = Math.max(1, Math.round(intensity / 25))
      for (let round = 1; round <= rounds; round++) {
        // What is said while his device is off he can only have from the server.
        await bob.kill()
        talkers.talk()
        const said = ledger.acked().length + 20
        await eventually('20 messages more', withinMs, () => ledger.acked().length >= said)

        const told = (): number => world.log().split(/append_failed|disk_low|disk_full/).length
        const before = told()
        shortage.begin(world.server().pid)
        await eventually('the log tells of it', withinMs, () => told() > before)
        const acked = ledger.acked()
        const refusal = await stranger.client
          .register({ name: 'dave', password })
          .then(() => 'accepted', codeOf)
        // With a reserve it is told before there is no room at all.
        if (refusal !== 'read_only' && refusal !== 'quota')
          violations.push(`a registration was answered with ${refusal}`)
        if (!(await answers(`${world.url}/healthz`))) violations.push('it did not call itself alive')
        if (await answers(`${world.url}/readyz`)) violations.push('it called itself ready for writing')
        await bob.start()
        const isRead = (): boolean => talkers.seenBy(bob, room, acked)
        await eventually('bob reads what was said', withinMs, isRead).catch((error: Error) =>
          violations.push(error.message),
        )
        const more = ledger.acked().length - acked.length
        if (more > 0) violations.push(`${more} messages were acknowledged without room for them`)
        shortage.end(world.server().pid)

        await eventually('it is ready again', withinMs, () => answers(`${world.url}/readyz`)).catch(
          (error: Error) => violations.push(error.message),
        )
        const open = ledger.open().length
        await eventually('what waited is delivered', withinMs, () => ledger.open().length < Math.max(1, open))
        await talkers.hush()
        await eventually('nothing waits any more', withinMs, () => ledger.open().length === 0)
      }
      if (!world.server().isAlive()) violations.push('the server has ended')
      const verdict = judge(ledger, await talkers.look(withinMs))
      await world.server().stop()
      const audit = auditDatabase(world.data)
      return outcomeOf(`${rounds} × ${words[kind]} at the server`, 0, verdict, [
        ...violations,
        ...talkers.refusals(),
        ...talkers.untold(),
        ...audit.violations,
      ])
    } finally {
      await world.end()
      shortage.release()
    }
  },
})
