import { judge, openLedger } from '../ledger.ts'
import { eventually, lasting } from '../patience.ts'
import { outcomeOf, type Scenario } from '../scenario.ts'
import { gatherTalkers } from '../talkers.ts'
import { gather, startWorld } from '../world/world.ts'

const pauseMsMax = 30_000
const withinMs = 120_000

/** SIGSTOP: the server, and then a device, hold their sockets and locks and do nothing. */
export const frozenProcesses: Scenario = {
  name: 'frozen-processes',
  belongs: 'long run',
  run: async ({ kills: intensity, chance }) => {
    const pauseMs = Math.min(pauseMsMax, intensity * 300)
    const world = await startWorld()
    try {
      const violations: string[] = []
      const ledger = openLedger()
      const people = await world.people(['alice', 'bob', 'carol'])
      const talkers = gatherTalkers(ledger, { chance, everyMs: 200, openMax: 40 })
      await talkers.join(await gather(people, 'General'), people)
      talkers.talk()
      const flows = (what: string): Promise<unknown> => {
        const wanted = ledger.acked().length + 20
        return eventually(what, withinMs, () => ledger.acked().length >= wanted)
      }
      await flows('everybody is heard')

      world.server().freeze()
      await lasting(pauseMs)
      const during = ledger.acked().length
      world.server().thaw()
      await eventually('the server is heard again', withinMs, () => ledger.acked().length > during)
      await flows('everybody is heard after the server was frozen')

      const [, bob] = people
      if (!bob) throw new Error('bob is missing')
      bob.process().freeze()
      const before = ledger.acked().length
      await lasting(pauseMs)
      if (ledger.acked().length === before) violations.push('a frozen device has silenced the others')
      bob.process().thaw()
      const wanted = ledger.acked()
      await talkers.hush()
      await eventually('bob has heard everything', withinMs, () =>
        wanted.every((said) => talkers.seenBy(bob, said.room, [said])),
      )
      const verdict = judge(ledger, await talkers.look(withinMs))
      const did = `SIGSTOP of the server and of a device, ${pauseMs / 1000} s each`
      return outcomeOf(did, 0, verdict, [...violations, ...talkers.refusals(), ...talkers.untold()])
    } finally {
      // What is stopped does not hear that it should end; it hears that it must.
      await world.end()
    }
  },
}
