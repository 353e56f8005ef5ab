import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Client, MemberView, Transport } from '@sotto/client'
import { fromHex, operations } from '@sotto/protocol'
import { meet, online } from './talk.ts'
import { type Person, startWorld, type Weather, type World } from './world.ts'

const accountOf = (client: Client): string => {
  const { account } = client.state()
  if (account.kind !== 'signed_in') throw new Error('nobody is signed in')
  return account.account
}

/** The directory names another account under every name. */
const naming = (account: () => string): Weather => ({
  transport: (transport): Transport => ({
    ...transport,
    call: async (op, input, token) => {
      const found = await transport.call(op, input, token)
      if (op.name !== operations.lookUpAccount.name) return found
      return { ...(found as object), account: fromHex(account(), 32) } as never
    },
  }),
})

describe('Alice and Bob make sure that nobody stands between them', () => {
  let world: World
  let alices: Person
  let alice: Client
  let bob: Client
  let mallory: Client
  let id: string

  beforeAll(async () => {
    world = await startWorld()
    alices = world.person('alice')
    alice = await alices.join()
    bob = await world.person('bob').join()
    mallory = await world.person('mallory').join()
    id = await meet(alice, bob, 'bob')
  })
  afterAll(() => world.end())

  const shown = async (client: Client, account: string): Promise<MemberView['identity'] | undefined> =>
    (await client.members({ room: id })).find((member) => member.account === account)?.identity

  it('SAFE-1 both read the same digits, and the mark is of who has compared them only', async () => {
    const [hers, his] = [
      await alice.verification({ account: accountOf(bob) }),
      await bob.verification({ account: accountOf(alice) }),
    ]
    expect(hers).toMatchObject({ name: 'bob', digits: his.digits, identity: 'unverified', verifiedMs: null })
    const spoken = his.digits.replace(/(.{5})/g, '$1 ')
    const wrong = `${spoken.slice(0, -2)}${spoken.at(-2) === '0' ? '1' : '0'}`
    expect(await alice.verify({ account: accountOf(bob), digits: wrong })).toBe('other_digits')
    expect(await shown(alice, accountOf(bob))).toBe('unverified')
    expect(await alice.verify({ account: accountOf(bob), digits: spoken })).toBe('match')
    expect(await shown(alice, accountOf(bob))).toBe('verified')
    expect(await shown(bob, accountOf(alice))).toBe('unverified')
  })

  it('SAFE-2 Bob scans what Alice shows; what Mallory shows him is hers', async () => {
    const account = accountOf(alice)
    const { code } = await alice.verification({ account: accountOf(bob) })
    const others = await alice.verification({ account: accountOf(mallory) })
    const hers = await mallory.verification({ account: accountOf(bob) })
    expect(await bob.verify({ account, code: hers.code })).toBe('other_person')
    expect(await bob.verify({ account, code: others.code })).toBe('other_sight')
    expect(await bob.verify({ account, code: 'https://example.org' })).toBe('no_code')
    expect(await shown(bob, account)).toBe('unverified')
    expect(await bob.verify({ account, code })).toBe('match')
    expect(await shown(bob, account)).toBe('verified')
    await bob.unverify({ account })
    expect(await shown(bob, account)).toBe('unverified')
  })

  it('nobody compares themselves, or whom they do not know', async () => {
    for (const [account, code] of [
      [accountOf(alice), 'bad_request'],
      ['nobody', 'bad_request'],
      ['00'.repeat(32), 'not_found'],
    ] as const) {
      await expect(alice.verification({ account })).rejects.toMatchObject({ code })
      await expect(alice.verify({ account, digits: '1' })).rejects.toMatchObject({ code })
    }
  })

  it('SAFE-3 a restart keeps it; another account under the name takes it away from the name and does not get it', async () => {
    await alice.close()
    alice = await alices.open(naming(() => accountOf(mallory)))
    await online(alice)
    expect(await shown(alice, accountOf(bob))).toBe('verified')
    const { room } = await alice.createRoom({ name: 'Another' })
    await expect(alice.invite({ room, name: 'bob' })).rejects.toMatchObject({ code: 'identity_changed' })
    expect(await shown(alice, accountOf(bob))).toBe('changed')
    const { digits, identity } = await alice.verification({ account: accountOf(bob) })
    expect(identity).toBe('changed')
    await expect(alice.verify({ account: accountOf(bob), digits })).rejects.toMatchObject({
      code: 'identity_changed',
    })
    expect(await alice.verification({ account: accountOf(mallory) })).toMatchObject({ verifiedMs: null })
  })
})
