import type { TimelineItem } from '@sotto/client'
import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { room as roomOf } from '../../stories/talk.ts'
import { auditDatabase } from '../databaseAudit.ts'
import { judge, openLedger } from '../ledger.ts'
import { eventually } from '../patience.ts'
import { outcomeOf, type Scenario } from '../scenario.ts'
import { gatherTalkers } from '../talkers.ts'
import { gather, startWorld } from '../world/world.ts'

const withinMs = 90_000

const isRejoined = (item: TimelineItem): boolean => item.kind === 'event' && item.event.kind === 'rejoined'

/**
 * A device comes back on an older copy of its profile: it uses no key twice, takes its place again by itself,
 * and says of its own messages since the copy that it does not have them. Nobody else lacks anything.
 */
export const oldDevice: Scenario = {
  name: 'old-device',
  belongs: 'always',
  run: async ({ kills: intensity, chance }) => {
    const rounds = intensity < 50 ? 1 : 6
    const world = await startWorld()
    try {
      const violations: string[] = []
      const ledger = openLedger()
      const people = await world.people(['alice', 'bob', 'carol'])
      const talkers = gatherTalkers(ledger, { chance, everyMs: 80, openMax: 20 })
      const room = await gather(people, 'General')
      await talkers.join(room, people)
      const talkUntil = async (count: number): Promise<void> => {
        talkers.talk()
        await eventually(`${count} messages`, withinMs, () => ledger.acked().length >= count)
        await talkers.hush()
        await talkers.look(withinMs)
      }
      await talkUntil(20)
      for (let round = 0; round < rounds; round++) {
        const person = people[round % people.length]
        if (!person) throw new Error('nobody is there')
        const copy = join(world.directory, `profile ${round}`)
        await person.process().stop()
        cpSync(person.profile, copy, { recursive: true })
        await person.start()
        const known = new Set(ledger.all())
        await talkUntil(ledger.acked().length + chance.between(10, 60))
        const since = ledger.all().filter((said) => said.by === person.name && !known.has(said))
        talkers.excuse(person, room, since)

        await person.kill()
        rmSync(person.profile, { recursive: true })
        cpSync(copy, person.profile, { recursive: true })
        await person.start()
        // What it says now waits until it has its place again.
        const first = await talkers.say(person, room, `${person.name} is back ${round}`)
        await eventually(`${person.name} is heard again`, withinMs, () => first.acked).catch(() => {
          const state = JSON.stringify(roomOf(person.client, room)?.state)
          violations.push(`${person.name} did not come back: ${state}`)
        })
        await talkUntil(ledger.acked().length + 20)
      }
      const shown = await talkers.look(withinMs)
      const verdict = judge(ledger, shown)
      const rejoined = shown.map(({ items }) => items.filter(isRejoined).length)
      if (Math.max(...rejoined) < rounds) violations.push(`only ${Math.max(...rejoined)} came in anew`)
      await world.server().stop()
      return outcomeOf(`${rounds} × a device on an older copy`, rounds, verdict, [
        ...violations,
        ...talkers.refusals(),
        ...talkers.untold(),
        ...auditDatabase(world.data).violations,
      ])
    } finally {
      await world.end()
    }
  },
}
