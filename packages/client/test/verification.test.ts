import { limits } from '@sotto/protocol'
import { safetyNumber } from '@sotto/trust'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { memoryDisk, openMemoryStore } from '../src/memory/store.ts'
import { encodeSafetyCode, judgeSafetyCode } from '../src/verification/code.ts'
import { openVerifiedMarks } from '../src/verification/marks.ts'

const account = fc.uint8Array({ minLength: 32, maxLength: 32 })
const three = fc.uniqueArray(account, { minLength: 3, maxLength: 3, selector: String })

describe('the safety number of two accounts', () => {
  it('SAFE-1 has 60 digits, the same for both, and others with anybody else', () =>
    fc.assert(
      fc.property(three, ([alice, bob, mallory]) => {
        const digits = safetyNumber(alice as Uint8Array, bob as Uint8Array)
        expect(digits).toMatch(/^\d{60}$/)
        expect(safetyNumber(bob as Uint8Array, alice as Uint8Array)).toBe(digits)
        expect(safetyNumber(alice as Uint8Array, mallory as Uint8Array)).not.toBe(digits)
        // Whoever stands between shows each of them a number that neither of both sees.
        expect(safetyNumber(mallory as Uint8Array, bob as Uint8Array)).not.toBe(digits)
      }),
    ))

  it('SAFE-1 is written down, so that every version has the same', () => {
    const [alice, bob] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)]
    expect(safetyNumber(alice, bob)).toBe('545995175273399974117551266436747452286501357411265353849504')
  })
})

describe('the code that one shows and the other scans', () => {
  it('SAFE-2 matches for the two that it names, and says what is wrong for everybody else', () =>
    fc.assert(
      fc.property(three, ([alice, bob, mallory]) => {
        const [a, b, m] = [alice, bob, mallory] as [Uint8Array, Uint8Array, Uint8Array]
        const shown = encodeSafetyCode({ shownBy: b, shownTo: a })
        expect(shown).toMatch(/^[0-9A-Z:]+$/)
        expect(judgeSafetyCode(shown, a, b)).toBe('match')
        expect(judgeSafetyCode(` ${shown.toLowerCase()}\n`, a, b)).toBe('match')
        expect(judgeSafetyCode(shown, a, m)).toBe('other_person')
        expect(judgeSafetyCode(shown, m, b)).toBe('other_sight')
        // Her own code in a mirror is not his.
        expect(judgeSafetyCode(encodeSafetyCode({ shownBy: a, shownTo: b }), a, b)).toBe('other_person')
      }),
    ))

  it('SAFE-2 is nothing else that can be scanned', () =>
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.webUrl()), account, account, (text, a, b) => {
        expect(judgeSafetyCode(text, a, b)).toBe('no_code')
        const shown = encodeSafetyCode({ shownBy: b, shownTo: a })
        expect(judgeSafetyCode(shown.slice(0, -1), a, b)).toBe('no_code')
        expect(judgeSafetyCode(shown.replace(':1:', ':2:'), a, b)).toBe('no_code')
      }),
    ))
})

describe('accounts that were compared', () => {
  const at = (number: number): Uint8Array => {
    const id = new Uint8Array(32)
    new DataView(id.buffer).setUint32(0, number)
    return id
  }
  const mark = { timeMs: 5, how: 'digits' } as const

  it('SAFE-3 outlive a restart, each for itself, until the user takes it back', async () => {
    const disk = memoryDisk()
    const marks = await openVerifiedMarks(await openMemoryStore(disk))
    await marks.set(at(1), mark)
    await marks.set(at(2), { timeMs: 6, how: 'code' })
    await marks.remove(at(1))
    const again = await openVerifiedMarks(await openMemoryStore(disk))
    expect([again.find(at(1)), again.find(at(2))]).toEqual([undefined, { timeMs: 6, how: 'code' }])
  })

  it('are as if they had never been compared where the row cannot be read', async () => {
    const disk = memoryDisk()
    const marks = await openVerifiedMarks(await openMemoryStore(disk))
    await marks.set(at(1), mark)
    for (const key of disk.rows.keys()) disk.rows.set(key, Uint8Array.of(1, 2, 3))
    const again = await openVerifiedMarks(await openMemoryStore(disk))
    expect(again.find(at(1))).toBeUndefined()
    await again.set(at(1), mark)
    expect(again.find(at(1))).toEqual(mark)
  })

  it('are so many at most', async () => {
    const marks = await openVerifiedMarks(await openMemoryStore(memoryDisk()))
    for (let number = 0; number < limits.verifiedAccountsMax; number += 1) await marks.set(at(number), mark)
    await expect(marks.set(at(limits.verifiedAccountsMax), mark)).rejects.toMatchObject({ code: 'too_large' })
    await marks.set(at(0), mark)
    await marks.remove(at(0))
    await marks.set(at(limits.verifiedAccountsMax), mark)
  })
})
