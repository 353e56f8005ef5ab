import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { storeContract } from '../../packages/client/test/contracts/store.ts'
import { cryptographyContract } from '../../packages/lane/test/contracts/cryptography.ts'
import { laneStoreContract } from '../../packages/lane/test/contracts/laneStore.ts'
import { emptyDisk, openDisk } from './disk.ts'
import { faults } from './faults.ts'
import { seededCryptography } from './lane/cryptography.ts'
import { emptyLaneDisk, openLaneDisk } from './lane/disk.ts'
import { mutants } from './mutantList.ts'
import { faultsOf } from './options.ts'
import { seededRandom } from './random.ts'
import { keptSeeds } from './seeds.ts'
import { runWorld, type WorldOptions } from './world.ts'

const rest = { roomsMax: 4, linesKept: 0 }

describe('the seeded world', () => {
  it('is the same when it is run again', async () => {
    const options: WorldOptions = { seed: 3, steps: 120, devices: 4, faults: faultsOf(3), ...rest }
    const [once, again] = [await runWorld(options), await runWorld(options)]
    expect(again.hash).toBe(once.hash)
    expect(once.stats.events).toBeGreaterThan(200)
  })

  it('is another one under another number', async () => {
    const options: WorldOptions = { seed: 3, steps: 40, devices: 3, faults: new Set(), ...rest }
    const hashes = [await runWorld(options), await runWorld({ ...options, seed: 4 })].map(({ hash }) => hash)
    expect(hashes[0]).not.toBe(hashes[1])
  })

  it('lets people talk where nothing goes wrong', async () => {
    const { violations, stats } = await runWorld({
      seed: 1,
      steps: 150,
      devices: 4,
      faults: new Set(),
      ...rest,
    })
    expect(violations).toEqual([])
    expect(stats.acked).toBeGreaterThan(20)
    expect(stats.decrypts).toBeGreaterThan(stats.acked)
    expect(stats.unreadable).toBe(0)
  })

  it('draws every fault in some world', () => {
    const drawn = new Set(Array.from({ length: 200 }, (_, seed) => [...faultsOf(seed)]).flat())
    expect([...drawn].toSorted()).toEqual([...faults].toSorted())
  })

  it.each(keptSeeds)('seed $seed: $found', async ({ faults: chosen, ...kept }) => {
    const { violations } = await runWorld({ ...kept, faults: new Set(chosen), ...rest })
    expect(violations).toEqual([])
  })
})

describe('a disk of the world', () => {
  it.each(storeContract)('$title', async ({ run }) => {
    const disk = emptyDisk()
    await run({ open: async () => openDisk(disk) })
  })
})

describe('a program of the world', () => {
  it.each(laneStoreContract)('has a disk that $title', ({ run }) => run(() => openLaneDisk(emptyLaneDisk())))
  it.each(cryptographyContract)('has a cryptography that $title', ({ run }) =>
    run(seededCryptography(seededRandom(1, 'contract').bytes)),
  )
})

describe('a fault that the checkers have to catch', () => {
  it.each(mutants)('is made of what stands in the program: $name', ({ bends }) => {
    const places = bends.map(({ file, from }) => ({
      file,
      count: readFileSync(join(import.meta.dirname, '../..', file), 'utf8').split(from).length - 1,
    }))
    expect(places).toEqual(bends.map(({ file }) => ({ file, count: 1 })))
  })
})
