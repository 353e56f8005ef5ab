import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { AuthenticationStore, NewAccount, StoredSession } from '../../src/authentication/store.ts'

const random = (length: number): Uint8Array => new Uint8Array(randomBytes(length))

export const someAccount = (name: string, device = random(16)): NewAccount => {
  const account = random(32)
  return {
    account,
    name,
    credential: `credential of ${name} ${Buffer.from(account).toString('hex')}`,
    opaqueRecord: random(192),
    genesis: { bytes: random(300), signatures: [random(64), random(64)] },
    state: random(200),
    rootSlot: random(100),
    session: { tokenHash: random(32), account, device, createdMs: 1000, usedMs: 1000 },
    invite: null,
  }
}

const sessionOf = (account: NewAccount, changes: Partial<StoredSession> = {}): StoredSession => ({
  ...account.session,
  tokenHash: random(32),
  ...changes,
})

/** What every store of authentication does. */
export const authenticationStoreContract = (open: () => Promise<AuthenticationStore>): void => {
  describe('authentication store', () => {
    it('gives back the login of an account by its name', async () => {
      const store = await open()
      const alice = someAccount('alice')
      expect(await store.isEmpty()).toBe(true)
      expect(await store.login('alice')).toBeUndefined()
      expect(await store.createAccount(alice)).toBe('created')
      expect(await store.isEmpty()).toBe(false)
      const { account, credential, opaqueRecord } = alice
      expect(await store.login('alice')).toEqual({ account, credential, opaqueRecord })
      expect(await store.session(alice.session.tokenHash)).toEqual({ ...alice.session, name: 'alice' })
    })

    it('creates nothing of an account whose name is taken', async () => {
      const store = await open()
      const [first, second] = [someAccount('alice'), someAccount('alice')]
      await store.createAccount(first)
      expect(await store.createAccount(second)).toBe('taken')
      expect((await store.login('alice'))?.account).toEqual(first.account)
      expect(await store.session(second.session.tokenHash)).toBeUndefined()
    })

    it('ID-2b creates nothing of an account whose name looks like another’s', async () => {
      const store = await open()
      await store.createAccount(someAccount('alice'))
      for (const name of ['a1ice', 'аӏісе', 'alic\u034fe', 'al\u200dice'])
        expect([name, await store.createAccount(someAccount(name))]).toEqual([name, 'alike'])
      expect(await store.createAccount(someAccount('alicia'))).toBe('created')
      const both = [someAccount('bob'), someAccount('b0b')]
      const outcomes = await Promise.all(both.map((one) => store.createAccount(one)))
      expect(outcomes.toSorted()).toEqual(['alike', 'created'])
    })

    it('creates nothing of an account whose credential is another account’s', async () => {
      const store = await open()
      const bob = someAccount('bob')
      await store.createAccount(bob)
      const mallory = { ...someAccount('mallory'), credential: bob.credential }
      expect(await store.createAccount(mallory)).toBe('taken')
      expect(await store.login('mallory')).toBeUndefined()
    })

    it('creates nothing of an account whose device is another account’s', async () => {
      const store = await open()
      const bob = someAccount('bob')
      await store.createAccount(bob)
      const mallory = someAccount('mallory', bob.session.device ?? undefined)
      expect(await store.createAccount(mallory)).toBe('taken')
      expect(await store.login('mallory')).toBeUndefined()
      expect(await store.session(mallory.session.tokenHash)).toBeUndefined()
    })

    it('creates an account once when it is asked twice at once', async () => {
      const store = await open()
      const outcomes = await Promise.all(
        [someAccount('alice'), someAccount('alice'), someAccount('alice')].map((one) =>
          store.createAccount(one),
        ),
      )
      expect(outcomes.toSorted()).toEqual(['created', 'taken', 'taken'])
    })

    it('lets an account go on that nobody has suspended', async () => {
      const store = await open()
      const alice = someAccount('alice')
      await store.createAccount(alice)
      expect(await store.refuseSuspended(alice.account)).toBeUndefined()
    })

    it('replaces the sessions of the same device and no others', async () => {
      const store = await open()
      const alice = someAccount('alice')
      await store.createAccount(alice)
      const withoutDevice = sessionOf(alice, { device: null })
      expect(await store.openSession(withoutDevice, 10)).toEqual([])
      const again = sessionOf(alice)
      expect(await store.openSession(again, 10)).toEqual([alice.session.tokenHash])
      expect(await store.session(alice.session.tokenHash)).toBeUndefined()
      expect((await store.session(withoutDevice.tokenHash))?.device).toBeNull()
      expect((await store.session(again.tokenHash))?.device).toEqual(alice.session.device)
    })

    it('ends the sessions that were used longest ago when there are too many', async () => {
      const store = await open()
      const alice = someAccount('alice')
      await store.createAccount(alice)
      const sessions = [2000, 3000, 4000].map((usedMs) =>
        sessionOf(alice, { device: random(16), createdMs: usedMs, usedMs }),
      )
      const ended = []
      for (const session of sessions) ended.push(...(await store.openSession(session, 3)))
      expect(ended).toEqual([alice.session.tokenHash])
    })

    it('notes use and forgets ended sessions', async () => {
      const store = await open()
      const alice = someAccount('alice')
      await store.createAccount(alice)
      const { tokenHash } = alice.session
      await store.touchSession(tokenHash, 5000)
      expect((await store.session(tokenHash))?.usedMs).toBe(5000)
      await store.endSession(tokenHash)
      expect(await store.session(tokenHash)).toBeUndefined()
    })
  })
}
