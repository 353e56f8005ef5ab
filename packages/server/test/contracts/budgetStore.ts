import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { type BudgetStore, type Charge, dayMs } from '../../src/quota/budget.ts'
import type { Store } from '../../src/store/openStore.ts'
import { append, entryAt, firstOf } from './appends.ts'

const random = (length: number): Uint8Array => new Uint8Array(randomBytes(length))

interface Opened {
  readonly budgets: BudgetStore
  /** A write of any kind that is charged like this. */
  write(charges: readonly Charge[]): Promise<unknown>
  /** A write that fails. */
  fail(charges: readonly Charge[]): Promise<unknown>
}

/** What every store does with charges, whatever they are charged for. */
export const budgetStoreContract = (what: string, open: () => Promise<Opened>): void => {
  const charge = (budget: string, bytes: number, atMs = 0): Charge => ({
    budget,
    bytes,
    bytesPerDay: 1000,
    atMs,
  })

  describe(`budgets, charged for ${what}`, () => {
    it('are charged with the write, each by itself, or not at all', async () => {
      const { budgets, write, fail } = await open()
      expect(await budgets.level('account/a')).toBeUndefined()
      await write([charge('account/a', 3_000_000_000), charge('room/r', 7), charge('account/a', 1)])
      expect(await budgets.level('account/a')).toEqual({ bytes: 3_000_000_001, atMs: 0 })
      expect(await budgets.level('room/r')).toEqual({ bytes: 7, atMs: 0 })
      await expect(fail([charge('room/r', 50), charge('room/s', 50)])).rejects.toThrow()
      expect(await budgets.level('room/r')).toEqual({ bytes: 7, atMs: 0 })
      expect(await budgets.level('room/s')).toBeUndefined()
    })

    it('drain in the course of a day, never below nothing', async () => {
      const { budgets, write } = await open()
      const bytesAfter = async (bytes: number, atMs: number) => {
        await write([charge('account/a', bytes, atMs)])
        return (await budgets.level('account/a'))?.bytes
      }
      expect(await bytesAfter(1000, 0)).toBe(1000)
      expect(await bytesAfter(10, dayMs / 10)).toBe(910)
      expect(await bytesAfter(0, dayMs / 10)).toBe(910)
      expect(await bytesAfter(5, 90 * dayMs)).toBe(5)
      // A clock that was ahead is not waited for, and gives nothing.
      expect(await bytesAfter(1, dayMs)).toBe(6)
      expect(await bytesAfter(0, dayMs + dayMs / 1000)).toBe(5)
    })
  })
}

/** A write of the log that is charged; one that fails names a message twice. */
export const chargedForEntries = async ({ delivery, budgets }: Pick<Store, 'delivery' | 'budgets'>) => {
  const [room, senderTag, messageId] = [random(16), random(32), random(16)]
  const write = (seq: number, message: Uint8Array, charges: readonly Charge[]) =>
    delivery.append([append(room, entryAt(seq), { senderTag, messageId: message, charges })])
  await delivery.append([firstOf(room, { senderTag, messageId })])
  let seq = 1
  return {
    budgets,
    write: (charges: readonly Charge[]) => write(seq++, random(16), charges),
    fail: (charges: readonly Charge[]) => write(seq, messageId, charges),
  }
}

/** Messages of a classic room and letters; what fails is an iv that was used before. */
export const chargedOnTheOpenLane = async ({ open: lane, budgets }: Pick<Store, 'open' | 'budgets'>) => {
  const program = {
    name: 'alice',
    password: 'a hash',
    publicKey: null,
    fingerprint: null,
    createdMs: 1,
    invite: null,
  }
  const alice = await lane.users.createProgram(program)
  if (typeof alice === 'string') throw new Error(alice)
  const wanted = { name: 'one', description: '', creator: alice.id, createdMs: 1, isPrivate: false }
  const room = await lane.rooms.create({ ...wanted, uniqueName: 'one' }, 9, [])
  if (typeof room === 'string') throw new Error(room)
  const letters = [{ recipient: alice.id, event: 'message', payload: 'hello' }]
  const bounds = { lettersMax: 1000, charactersMax: 100_000 }
  const said = {
    room: room.id,
    sender: alice.id,
    keyId: 'k',
    iv: random(12),
    ivText: '',
    content: '',
    messageHash: '',
    createdMs: 1,
  }
  await lane.rooms.append(said, [])
  let writes = 0
  return {
    budgets,
    write: (charges: readonly Charge[]): Promise<unknown> =>
      writes++ % 2 === 0
        ? lane.mail.deposit({ sender: alice.id, letters, bounds, nowMs: 1, charges })
        : lane.rooms.append({ ...said, iv: random(12) }, charges),
    fail: async (charges: readonly Charge[]) => {
      throw new Error(String(await lane.rooms.append(said, charges)))
    },
  }
}
