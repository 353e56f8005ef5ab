import { sections } from '@sotto/conformance'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeWorld, values, type World } from './world/processes.ts'

let world: World
beforeAll(async () => {
  world = await makeWorld()
  await world.serve()
}, 60_000)
afterAll(() => world.end())

const rowCount = sections.reduce((sum, { rows }) => sum + rows.length, 0)
const suiteMs = 180_000

describe('sotto conformance', () => {
  it(
    'runs every row of the contract against a started server and counts what holds',
    async () => {
      const end = await world.sotto('any', ['conformance', world.url, '--json'])
      const lines = values(end.out)
      const found = lines.slice(0, -1)
      expect(found.filter(({ outcome }) => outcome !== 'holds')).toEqual([])
      expect(lines.at(-1)).toEqual({ url: world.url, holds: rowCount, fails: 0, notRun: 0 })
      expect(end.exit).toBe(0)
    },
    suiteMs,
  )

  it('says by its exit code that a server is no Sotto server, or that there is none', async () => {
    const nothing = await world.sotto('any', [
      'conformance',
      'http://127.0.0.1:9',
      '--only',
      'transport',
      '--json',
    ])
    expect(nothing.exit).toBe(1)
    expect(values(nothing.out).at(-1)).toMatchObject({ holds: 0 })
    expect((await world.sotto('any', ['conformance', world.url, '--only', 'no.such'])).exit).toBe(2)
    expect((await world.sotto('any', ['conformance', 'not an address'])).exit).toBe(2)
  })
})
