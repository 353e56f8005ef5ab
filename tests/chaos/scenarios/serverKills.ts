import type { Chance } from '../chance.ts'
import { auditDatabase } from '../databaseAudit.ts'
import { judge, type Ledger, openLedger } from '../ledger.ts'
import { lasting, within } from '../patience.ts'
import { beRestless } from '../restless.ts'
import { outcomeOf, type Scenario } from '../scenario.ts'
import { gatherTalkers } from '../talkers.ts'
import { gather, startWorld, type World } from '../world/world.ts'
import { meetAnew } from '../newcomers.ts'

const ackWithinMs = 90_000
const settleWithinMs = 180_000

const acks = (ledger: Ledger, count: number): Promise<void> =>
  new Promise((resolve) => {
    let left = count
    const stop = ledger.onAck(() => {
      left -= 1
      if (left > 0) return
      stop()
      resolve()
    })
  })

type Moment = 'while it starts' | 'after so many acknowledgements' | 'at any time'

/** Waits for the moment at which the server dies. */
const moment = async (kind: Moment, chance: Chance, world: World, ledger: Ledger): Promise<void> => {
  switch (kind) {
    case 'while it starts':
      return lasting(chance.between(0, 900))
    case 'after so many acknowledgements':
      await within('somebody is heard again', ackWithinMs, acks(ledger, chance.between(1, 60)))
      return lasting(chance.between(0, 8))
    case 'at any time':
      await world.server().ready
      return lasting(chance.between(0, 1500))
  }
}

const moments: readonly [Moment, ...Moment[]] = [
  'after so many acknowledgements',
  'after so many acknowledgements',
  'after so many acknowledgements',
  'at any time',
  'while it starts',
]

/** kill -9 of the server, again and again, while everybody talks and rooms are made. */
export const serverKills: Scenario = {
  name: 'server-kills',
  belongs: 'always',
  run: async ({ kills, chance }) => {
    const world = await startWorld()
    try {
      const ledger = openLedger()
      const people = await world.people(['alice', 'bob', 'carol'])
      const [alice, bob, carol] = people
      if (!alice || !bob || !carol) throw new Error('somebody is missing')
      const talkers = gatherTalkers(ledger, { chance, everyMs: 150, openMax: 40 })
      const general = await gather(people, 'General')
      await talkers.join(general, people)
      await talkers.join(await gather(people.slice(0, 2), 'Aside'), people.slice(0, 2))
      talkers.talk()
      const restless = await beRestless(general, [alice, bob, carol], chance, 2500)
      const rooms = meetAnew(people, talkers, Math.min(15, Math.ceil(kills / 6)))
      // Told where it is awaited.
      rooms.catch(() => {})
      for (let kill = 0; kill < kills; kill++) {
        await moment(chance.pick(moments), chance, world, ledger)
        await world.server().kill()
        world.start()
      }
      await world.server().ready
      await within('somebody is heard after the last kill', ackWithinMs, acks(ledger, 1))
      const made = await within('every room is made', settleWithinMs, rooms)
      const changes = await restless.end()
      await talkers.hush()
      const shown = await talkers.look(settleWithinMs)
      const first = judge(ledger, shown)
      // What devices show after their next start is what they have kept.
      await Promise.all(people.map((person) => person.kill()))
      await Promise.all(people.map((person) => person.start()))
      const again = judge(ledger, await talkers.look(settleWithinMs))
      await world.server().stop()
      const audit = auditDatabase(world.data)
      return outcomeOf(
        `kill -9 under load of 3 people, ${made + 2} rooms, ${changes} changes`,
        kills,
        first,
        [
          ...again.violations.map((one) => `after a restart: ${one}`),
          ...talkers.refusals(),
          ...talkers.untold(),
          ...audit.violations,
          ...missing(ledger, audit.heads),
        ],
      )
    } finally {
      await world.end()
    }
  },
}

const missing = (ledger: Ledger, heads: ReadonlyMap<string, number>): readonly string[] =>
  ledger
    .acked()
    .filter(({ room, acked }) => (acked?.seq ?? 0) > (heads.get(room) ?? -1))
    .map(({ text }) => `“${text}” was acknowledged beyond the end of the log`)
