import { auditDatabase } from '../databaseAudit.ts'
import { judge, openLedger } from '../ledger.ts'
import { eventually } from '../patience.ts'
import { afterRollback } from '../rollback.ts'
import { outcomeOf, type Scenario } from '../scenario.ts'
import { gatherTalkers } from '../talkers.ts'
import { gather, startWorld } from '../world/world.ts'

const withinMs = 60_000

/** The server comes back on an older copy of its data (F28): every device notices, nothing that it showed is gone. */
export const oldBackup: Scenario = {
  name: 'old-backup',
  run: async ({ chance }) => {
    const world = await startWorld()
    try {
      const violations: string[] = []
      const ledger = openLedger()
      const people = await world.people(['alice', 'bob', 'carol'])
      const [alice] = people
      if (!alice) throw new Error('alice is missing')
      const talkers = gatherTalkers(ledger, { chance, everyMs: 80, openMax: 20 })
      const room = await gather(people, 'General')
      await talkers.join(room, people)
      const talkUntil = async (count: number): Promise<void> => {
        talkers.talk()
        await eventually(`${count} messages`, withinMs, () => ledger.acked().length >= count)
        await talkers.hush()
        await talkers.look(withinMs)
      }
      await talkUntil(30)
      await world.server().stop()
      const backup = world.copy('backup')
      await world.start().ready
      await talkUntil(30 + chance.between(20, 120))

      const known = Math.max(...ledger.acked().map(({ acked }) => acked?.seq ?? 0))
      await world.server().kill()
      world.restore(backup)
      const head = auditDatabase(backup).heads.get(room) ?? 0
      await world.start().ready
      const ending = await afterRollback(people, room)
      switch (ending.kind) {
        case 'healed':
          await talkUntil(ledger.acked().length + 20)
          break
        case 'alarmed':
          await talkers.say(alice, room, 'into a frozen room').then(
            () => violations.push('a frozen room took a message'),
            () => {},
          )
          break
        case 'violated':
          violations.push(...ending.violations)
      }
      const shown = await talkers.look(ending.kind === 'healed' ? withinMs : 0)
      await world.server().stop()
      const audit = auditDatabase(world.data)
      const end = audit.heads.get(room) ?? 0
      if (ending.kind === 'alarmed' && end > head) violations.push(`the log went on from ${head} to ${end}`)
      if (ending.kind === 'healed' && end < known) violations.push(`the log ends at ${end}, before ${known}`)
      const did = `${known - head} entries gone: ${ending.kind} on every device`
      return outcomeOf(did, 1, judge(ledger, shown), [...violations, ...audit.violations])
    } finally {
      await world.end()
    }
  },
}
