import { auditDatabase } from '../databaseAudit.ts'
import { judge, openLedger } from '../ledger.ts'
import { eventually, lasting, within } from '../patience.ts'
import { type Ending, watchRollback } from '../rollback.ts'
import { outcomeOf, type Scenario } from '../scenario.ts'
import { gatherTalkers } from '../talkers.ts'
import { bringIn, gather, startWorld } from '../world/world.ts'

const withinMs = 120_000

/** What the copy lacks: messages, messages and a newcomer, more than one page of the log. */
type Loss = 'messages' | 'newcomer' | 'pages'

const messagesOf: Readonly<Record<Loss, number>> = { messages: 60, newcomer: 40, pages: 700 }

/** The server comes back on an older copy of its data: it is noticed, and nothing that was shown is gone. */
export const oldBackup: Scenario = {
  name: 'old-backup',
  belongs: 'always',
  run: async ({ kills: intensity, chance }) => {
    const losses: readonly Loss[] =
      intensity < 50 ? ['newcomer'] : ['messages', 'newcomer', 'pages', 'messages']
    const world = await startWorld()
    try {
      const violations: string[] = []
      const ledger = openLedger()
      const [alice, bob, carol, dave] = await world.people(['alice', 'bob', 'carol', 'dave'])
      if (!alice || !bob || !carol || !dave) throw new Error('somebody is missing')
      const talkers = gatherTalkers(ledger, { chance, everyMs: 60, openMax: 40 })
      const general = await gather([alice, bob, carol], 'General')
      await talkers.join(general, [alice, bob, carol])
      const growing = await gather([alice, bob], 'Growing')
      const talkUntil = async (count: number): Promise<void> => {
        talkers.talk()
        await eventually(`${count} messages`, withinMs, () => ledger.acked().length >= count)
        await talkers.hush()
        await talkers.look(withinMs)
      }
      const isOf =
        (room: string) =>
        ({ acked, room: of }: { acked: unknown; room: string }) =>
          acked && of === room
      const lastOf = (room: string): number =>
        Math.max(
          0,
          ...ledger
            .acked()
            .filter(isOf(room))
            .map(({ acked }) => acked?.seq ?? 0),
        )

      const rooms = new Map([[general, [alice, bob, carol]]])
      await talkUntil(20)
      let gone = 0
      const endings = new Set<Ending['kind']>()
      for (const loss of losses) {
        await world.server().stop()
        const backup = world.copy(`backup ${gone}`)
        const heads = auditDatabase(backup).heads
        await world.start().ready
        if (loss === 'newcomer') {
          await within('a newcomer comes in', withinMs, bringIn(alice, dave, growing))
          await talkers.join(growing, [alice, bob, dave])
          rooms.set(growing, [alice, bob, dave])
        }
        await talkUntil(ledger.acked().length + messagesOf[loss])

        await world.server().kill()
        world.restore(backup)
        const watches = [...rooms].map(([room, people]) => watchRollback(people, room))
        gone += lastOf(general) - (heads.get(general) ?? 0)
        await world.start().ready
        // Giving back is cut off, too.
        if (chance.fraction() < 0.5) {
          await lasting(chance.between(0, 400))
          await world.server().kill()
          await world.start().ready
        }
        for (const watch of watches) {
          const ending = await watch.ending()
          endings.add(ending.kind)
          if (ending.kind === 'violated') violations.push(`${loss}: ${ending.violations.join('; ')}`)
        }
        if (endings.has('violated')) break
        await talkUntil(ledger.acked().length + 20)
      }
      const isHealed = !endings.has('violated')
      const shown = await talkers.look(isHealed ? withinMs : 0)
      await world.server().stop()
      const audit = auditDatabase(world.data)
      if (isHealed && (audit.heads.get(general) ?? 0) < lastOf(general))
        violations.push('the log ends before what was acknowledged')
      const did = `${losses.length} × an older copy of the server, ${gone} entries gone: ${[...endings].join(', ')}`
      return outcomeOf(did, losses.length, judge(ledger, shown), [
        ...violations,
        ...talkers.refusals(),
        ...talkers.untold(),
        ...audit.violations,
      ])
    } finally {
      await world.end()
    }
  },
}
