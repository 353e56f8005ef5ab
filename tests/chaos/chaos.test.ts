import { describe, expect, it } from 'vitest'
import { chanceOf } from './chance.ts'
import { play } from './scenario.ts'
import { scenarios } from './scenarios/index.ts'

/** A new seed each time: whatever it finds is said together with the seed that finds it again. */
const seed = Date.now() % 1_000_000
const kills = 10

/** The others take their time: they belong to the long run, `npm run chaos`. */
const quick: ReadonlySet<string> = new Set([
  'server-kills',
  'device-kills',
  'server-full-disk',
  'device-full-limit',
  'torn-log',
  'old-backup',
  'bad-line',
  'unruly-frames',
  'browser-cleared',
])

describe(`a hostile world, npm run chaos -- --kills ${kills} --seed ${seed}`, () => {
  for (const scenario of scenarios)
    if (quick.has(scenario.name))
      it(scenario.name, { timeout: 300_000 }, async ({ skip }) => {
        const { outcome } = await play(scenario, { kills, chance: chanceOf(seed) })
        if (outcome.kind === 'skipped') return skip(`cannot be done here: ${outcome.why}`)
        expect(outcome).toMatchObject({ lost: 0, doubled: 0, violations: [] })
        expect(outcome.acked).toBeGreaterThan(0)
      })
})
