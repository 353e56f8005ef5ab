import { type FailureCode, type Operation, operations, SottoError } from '@sotto/protocol'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Call } from '../src/account/contacts.ts'
import { keyPackagePool, type LeafOwner } from '../src/account/keyPackages.ts'
import { memoryDisk, openMemoryStore } from '../src/memory/store.ts'
import { provider, somebody, startS } from './room/people.ts'

const time = { nowS: startS, localS: startS }
const bounds = { keyPackagesOneTime: 3, keyPackagesRefillBelow: 2 }

const someOwner = async (): Promise<LeafOwner> => {
  const { signer, device, state } = await somebody('bob')
  return { provider, signer, device, account: state }
}

/** A server that refuses what is published, for as long as it is told to; and all that was published to it. */
const server = () => {
  const published: (readonly string[])[] = []
  const refusing: { code: FailureCode | null } = { code: null }
  const call = (async (op: Operation, input: Record<string, unknown>) => {
    if (op.name === operations.countKeyPackages.name) return { remaining: 0, lastResort: false }
    if (op.name === operations.listWelcomes.name) return { welcomes: [] }
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
})
