import { auditDatabase } from '../databaseAudit.ts'
import { judge, openLedger } from '../ledger.ts'
import { lasting, within } from '../patience.ts'
import { beRestless } from '../restless.ts'
import { outcomeOf, type Scenario } from '../scenario.ts'
import { gatherTalkers } from '../talkers.ts'
import type { Person } from '../world/person.ts'
import { gather, startWorld } from '../world/world.ts'
import { meetAnew } from '../newcomers.ts'

const settleWithinMs = 60_000

/** kill -9 of people's devices in the middle of sending, reading, and coming into rooms. */
export const deviceKills: Scenario = {
  name: 'device-kills',
  belongs: 'always',
  run: async ({ kills, chance }) => {
    const world = await startWorld()
    try {
      const ledger = openLedger()
      const people = await world.people(['alice', 'bob', 'carol'])
      const [alice, bob, carol] = people
      if (!alice || !bob || !carol) throw new Error('somebody is missing')
      const talkers = gatherTalkers(ledger, { chance, everyMs: 80, openMax: 20 })
      const general = await gather(people, 'General')
      await talkers.join(general, people)
      talkers.talk()
      const restless = await beRestless(general, [alice, bob, carol], chance, 2500)
      const rooms = meetAnew(people, talkers, Math.min(15, Math.ceil(kills / 6)))
      // Told where it is awaited.
      rooms.catch(() => {})
      const starts: Promise<string | null>[] = []
      /** A device that is killed while it starts says nothing; anything else that keeps it from opening is a fault. */
      const start = async (person: Person): Promise<string | null> => {
        const refusal = await person.start()
        const isKilled = refusal?.code === 'ended'
        return refusal && !isKilled ? `${person.name}: ${refusal.code} ${refusal.message}` : null
      }
      for (let kill = 0; kill < kills; kill++) {
        const person = chance.pick(people as readonly [Person, ...Person[]])
        await lasting(chance.between(0, 1500))
        await person.kill()
        starts.push(start(person))
      }
      const refused = (await Promise.all(starts)).filter((one) => one !== null)
      const made = await within('every room is made', settleWithinMs, rooms)
      const changes = await restless.end()
      await talkers.hush()
      const verdict = judge(ledger, await talkers.look(settleWithinMs))
      await world.server().stop()
      return outcomeOf(
        `kill -9 of devices in mid-send, ${made + 1} rooms, ${changes} changes`,
        kills,
        verdict,
        [...refused, ...talkers.refusals(), ...talkers.untold(), ...auditDatabase(world.data).violations],
      )
    } finally {
      await world.end()
    }
  },
}
