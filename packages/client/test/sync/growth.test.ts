import { limits, SottoError } from '@sotto/protocol'
import { describe, expect, it } from 'vitest'
import type { Call, Need } from '../../src/account/contacts.ts'
import type { Contact } from '../../src/account/contactRows.ts'
import { followChains } from '../../src/sync/growth.ts'

const named = (number: number): Uint8Array => new Uint8Array(32).fill(number)

/** Contacts of whom link 3 is known, at a server that knows of as many links as the account's first byte says. */
const people = (handBack: () => Promise<boolean>) => {
  const asked: number[] = []
  const needs: Need[] = []
  const handed: string[] = []
  const call = (async (_: unknown, { accounts }: { readonly accounts: readonly Uint8Array[] }) => {
    asked.push(accounts.length)
    return { seqs: accounts.map(([first = 0]) => (first === 9 ? null : first)) }
  }) as unknown as Call
  const contacts = {
    find: ([first]: Uint8Array) => (first === 7 ? undefined : ({ state: { seq: 3 } } as Contact)),
    ensure: async (more: readonly Need[]) => void needs.push(...more),
    handBack: () => {
      handed.push('all')
      return handBack()
    },
  }
  return {
    asked,
    needs,
    handed,
    follow: (accounts: readonly Uint8Array[]) => followChains(call, contacts, accounts),
  }
}

describe('whose chain has grown', () => {
  it('CL-15: is asked of many at once, and learned of those who are known', async () => {
    const { asked, needs, handed, follow } = people(async () => false)
    await follow([])
    expect(asked).toEqual([])
    const accounts = Array.from({ length: limits.chainEndsPerAnswerMax + 1 }, () => named(3))
    await follow([...accounts, named(5), named(7), named(9)])
    expect(asked).toEqual([limits.chainEndsPerAnswerMax, 4])
    expect(needs).toEqual([{ account: named(5), seq: 5 }])
    expect(handed).toEqual([])
  })

  it('a server that shows less than before is handed the rest, and nobody waits for it to take that', async () => {
    const { handed, follow } = people(() => Promise.reject(new SottoError('rate')))
    await follow([named(2), named(1)])
    expect(handed).toEqual(['all'])
  })
})
