import { type FailureCode, limits, type Operation, operations, SottoError } from '@sotto/protocol'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Call } from '../src/account/contacts.ts'
import { keyPackagePool } from '../src/account/keyPackages.ts'
import type { LeafOwner } from '../src/account/leafMaking.ts'
import { memoryDisk, openMemoryStore } from '../src/memory/store.ts'
import { provider, somebody, startS } from './room/people.ts'

const time = { nowS: startS, localS: startS }
const bounds = { keyPackagesOneTime: 3, keyPackagesRefillBelow: 2 }

const someOwner = async (): Promise<LeafOwner> => {
  const { signer, device, state } = await somebody('bob')
  return { provider, signer, device, account: state }
}

/** A server that refuses what is published, for as long as it is told to; and all that was published to it. */
const server = (welcomes: readonly { readonly welcome: Uint8Array; readonly meta: null }[] = []) => {
  const published: (readonly string[])[] = []
  const refusing: { code: FailureCode | null } = { code: null }
  const call = (async (op: Operation, input: Record<string, unknown>) => {
    if (op.name === operations.countKeyPackages.name) return { remaining: 0, lastResort: false }
    if (op.name === operations.listWelcomes.name) return { welcomes }
    const { oneTime, lastResort } = input as { oneTime: Uint8Array[]; lastResort: Uint8Array | null }
    const all = [...oneTime, ...(lastResort ? [lastResort] : [])]
    published.push(all.map((bytes) => Buffer.from(bytes).toString('hex')))
    if (refusing.code) throw new SottoError(refusing.code)
    return { remaining: oneTime.length }
  }) as Call
  return { published, refusing, call }
}

describe('key packages', () => {
  let owner: LeafOwner
  beforeAll(async () => {
    owner = await someOwner()
  })

  const passing = [
    'unauthorized',
    'session_expired',
    'rate',
    'quota',
    'read_only',
    'offline',
    'timeout',
  ] as const

  it.each(passing)(
    'SRV-3: a refusal costs no private part, and the same are put up again: %s',
    async (code) => {
      const disk = memoryDisk()
      const { published, refusing, call } = server()
      const pool = keyPackagePool(await openMemoryStore(disk), provider, call, bounds)
      refusing.code = code
      for (let tries = 1; tries <= 6; tries++) {
        await expect(pool.replenish(owner, time)).rejects.toMatchObject({ code })
        expect(disk.rows.size).toBe(bounds.keyPackagesOneTime + 1)
      }
      refusing.code = null
      await pool.replenish(owner, time)
      expect(published[0]).toHaveLength(bounds.keyPackagesOneTime + 1)
      expect(new Set(published.map(String)).size).toBe(1)
    },
  )

  it('REC-8: those of which the private parts are gone are withdrawn', async () => {
    const replaced: unknown[] = []
    const stock = { remaining: 0, lastResort: false }
    const call = (async (op: Operation, input: Record<string, unknown>) => {
      if (op.name === operations.countKeyPackages.name) return stock
      if (op.name === operations.listWelcomes.name) return { welcomes: [] }
      replaced.push(input['replace'])
      return { remaining: (input['oneTime'] as Uint8Array[]).length }
    }) as Call
    const disk = memoryDisk()
    await keyPackagePool(await openMemoryStore(disk), provider, call, bounds).replenish(owner, time)
    Object.assign(stock, { remaining: bounds.keyPackagesOneTime, lastResort: true })
    await keyPackagePool(await openMemoryStore(disk), provider, call, bounds).replenish(owner, time)
    expect(replaced).toEqual([false])
    await keyPackagePool(await openMemoryStore(memoryDisk()), provider, call, bounds).replenish(owner, time)
    expect(replaced).toEqual([false, true])
  })

  it('what is not as it should be is made anew, and what was made before is kept within its bounds', async () => {
    const disk = memoryDisk()
    const { published, refusing, call } = server()
    const pool = keyPackagePool(await openMemoryStore(disk), provider, call, bounds)
    refusing.code = 'policy'
    const kept: number[] = []
    for (let tries = 1; tries <= 12; tries++) {
      await expect(pool.replenish(owner, time)).rejects.toMatchObject({ code: 'policy' })
      kept.push(disk.rows.size)
    }
    expect(new Set(published.map(String)).size).toBe(12)
    expect(kept.at(-1)).toBe(kept.at(-2))
  })

  it('a server that says for ever that invitations wait makes this device keep no more than so many', async () => {
    const disk = memoryDisk()
    // A list that is cut: what is not in it may need anything that is here.
    const { call } = server([{ welcome: new Uint8Array(limits.welcomesAnswerBytesMax), meta: null }])
    const one = { keyPackagesOneTime: 1, keyPackagesRefillBelow: 1 }
    const pool = keyPackagePool(await openMemoryStore(disk), provider, call, one)
    const kept: number[] = []
    for (let at = 1; at <= 24; at++) {
      const nowS = time.nowS + at
      await pool.replenish(owner, { nowS, localS: nowS })
      kept.push(disk.rows.size)
    }
    // Two are made each time. Of an honest list that is cut nothing is deleted for long.
    expect(kept[10]).toBe(22)
    expect(kept.at(-1)).toBe(kept.at(-5))
  })
})
