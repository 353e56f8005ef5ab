import type { Chance } from '../chance.ts'
import { judge, openLedger } from '../ledger.ts'
import { openProxy, type Proxy } from '../network/proxy.ts'
import { eventually, lasting } from '../patience.ts'
import { outcomeOf, type Scenario } from '../scenario.ts'
import { gatherTalkers } from '../talkers.ts'
import type { Person } from '../world/person.ts'
import { gather, startWorld } from '../world/world.ts'

const onlineWithinMs = 60_000
const settleWithinMs = 120_000

type Trouble = 'cut' | 'delay' | 'throttle' | 'deaf' | 'closed'

const troubles: readonly [Trouble, ...Trouble[]] = ['cut', 'delay', 'throttle', 'deaf', 'closed']

/** One piece of bad weather from its beginning to its end; connections that it has damaged are cut at the end. */
const strike = async (proxy: Proxy, trouble: Trouble, chance: Chance): Promise<void> => {
  switch (trouble) {
    case 'cut':
      proxy.cut()
      return undefined
    case 'delay':
      proxy.weather({ kind: 'delay', delayMs: chance.between(50, 600) })
      break
    case 'throttle':
      proxy.weather({ kind: 'throttle', bytesPerSecond: chance.between(2_000, 40_000) })
      break
    case 'deaf':
      proxy.weather({ kind: 'deaf' })
      break
    case 'closed':
      proxy.weather({ kind: 'closed' })
      proxy.cut()
      break
  }
  await lasting(chance.between(100, 1500))
  proxy.weather({ kind: 'clear' })
  if (chance.fraction() < 0.5) proxy.cut()
  return undefined
}

const isOnline = (person: Person): boolean => person.client.state().connection.kind === 'online'

/** Lines that break, crawl, and take everything without an answer; half of the people are on it. */
export const badLine: Scenario = {
  name: 'bad-line',
  belongs: 'always',
  run: async ({ kills: intensity, chance }) => {
    const world = await startWorld()
    const proxy = await openProxy(world.port)
    try {
      const ledger = openLedger()
      const near = await world.people(['alice'])
      const far = await world.people(['bob', 'carol'], { server: proxy.url })
      const people = [...near, ...far]
      const talkers = gatherTalkers(ledger, { chance, everyMs: 150, openMax: 40 })
      await talkers.join(await gather(people, 'General'), people)
      talkers.talk()
      const rounds = Math.max(5, Math.ceil(intensity / 2))
      for (let round = 0; round < rounds; round++) {
        await strike(proxy, chance.pick(troubles), chance)
        // Somebody who never comes back would make the next round a void one.
        if (round % 5 === 4) await eventually('all are online', onlineWithinMs, () => far.every(isOnline))
        else await lasting(chance.between(0, 1000))
      }
      await talkers.hush()
      const verdict = judge(ledger, await talkers.look(settleWithinMs))
      return outcomeOf(`${rounds} × cut, delay, throttle, half-open, refused`, 0, verdict, [
        ...talkers.refusals(),
        ...talkers.untold(),
      ])
    } finally {
      await world.end()
      await proxy.close()
    }
  },
}
