import { judge, openLedger } from '../ledger.ts'
import { openFrameProxy } from '../network/frameProxy.ts'
import { eventually } from '../patience.ts'
import { outcomeOf, type Scenario } from '../scenario.ts'
import { gatherTalkers } from '../talkers.ts'
import { gather, startWorld } from '../world/world.ts'

const talkWithinMs = 120_000
const settleWithinMs = 120_000

/** Frames of the live lane come twice, and overtake each other, in both directions. */
export const unrulyFrames: Scenario = {
  name: 'unruly-frames',
  belongs: 'always',
  run: async ({ kills: intensity, chance }) => {
    const world = await startWorld()
    const proxy = await openFrameProxy(world.port, { chance, doublePercent: 25, overtakePercent: 15 })
    try {
      const ledger = openLedger()
      const people = await world.people(['alice', 'bob', 'carol'], { server: proxy.url })
      const talkers = gatherTalkers(ledger, { chance, everyMs: 60, openMax: 40 })
      await talkers.join(await gather(people, 'General'), people)
      talkers.talk()
      const wanted = Math.max(100, intensity * 5)
      await eventually(`${wanted} messages`, talkWithinMs, () => ledger.acked().length >= wanted)
      await talkers.hush()
      const verdict = judge(ledger, await talkers.look(settleWithinMs))
      const { doubled, overtaken } = proxy.counts()
      return outcomeOf(`${doubled} frames twice, ${overtaken} overtaken`, 0, verdict, [
        ...talkers.refusals(),
        ...talkers.untold(),
      ])
    } finally {
      await world.end()
      await proxy.close()
    }
  },
}
