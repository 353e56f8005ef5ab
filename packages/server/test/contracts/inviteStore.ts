import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { InviteStore } from '../../src/authentication/invites.ts'
import type { AuthenticationStore } from '../../src/authentication/store.ts'
import { someAccount } from './authenticationStore.ts'

interface Opened {
  readonly invites: InviteStore
  readonly authentication: AuthenticationStore
}

const invite = (changes: { readonly usesMax?: number; readonly expiresMs?: number } = {}) => ({
  keyHash: new Uint8Array(randomBytes(32)),
  usesMax: 1,
  createdMs: 0,
  // Accounts of these tests are made at 1000.
  expiresMs: 1001,
  ...changes,
})

/** What every store of invites does. */
export const inviteStoreContract = (open: () => Promise<Opened>): void => {
  const account = (name: string, keyHash: Uint8Array) => ({ ...someAccount(name), invite: keyHash })

  describe('invite store', () => {
    it('gives an invite back by its key, lists it, and revokes it by its number', async () => {
      const { invites } = await open()
      const [first, second] = [invite(), invite({ usesMax: 3 })]
      const id = await invites.createInvite(first, 9)
      const other = await invites.createInvite(second, 9)
      expect(await invites.invite(first.keyHash)).toEqual({ ...first, id, uses: 0 })
      expect((await invites.invites()).map((one) => one.id)).toEqual([id, other])
      expect(await invites.revokeInvite(id as number)).toBe(true)
      expect(await invites.revokeInvite(id as number)).toBe(false)
      expect(await invites.invite(first.keyHash)).toBeUndefined()
    })

    it('keeps no more than so many, and those that are of no use do not count', async () => {
      const { invites, authentication } = await open()
      const [spent, over, good] = [invite({ expiresMs: 9000 }), invite(), invite({ expiresMs: 9000 })]
      for (const one of [spent, over, good]) await invites.createInvite(one, 3)
      expect(await invites.createInvite(invite(), 3)).toBeUndefined()
      await authentication.createAccount(account('alice', spent.keyHash))
      expect(await invites.createInvite({ ...invite(), createdMs: 2000, expiresMs: 9000 }, 2)).toBeDefined()
      expect(await invites.invite(good.keyHash)).toBeDefined()
      expect(await invites.createInvite({ ...invite(), createdMs: 2000 }, 2)).toBeUndefined()
    })

    it('makes one account of one key, of however many come at once', async () => {
      const { invites, authentication } = await open()
      const { keyHash } = await invites.createInvite(invite(), 9).then(async () => {
        const [stored] = await invites.invites()
        return stored ?? invite()
      })
      const names = ['alice', 'bob', 'carol']
      const outcomes = await Promise.all(
        names.map((name) => authentication.createAccount(account(name, keyHash))),
      )
      expect(outcomes.toSorted()).toEqual(['created', 'invite_spent', 'invite_spent'])
      const logins = await Promise.all(names.map((name) => authentication.login(name)))
      expect(logins.filter((login) => login !== undefined)).toHaveLength(1)
      expect((await invites.invite(keyHash))?.uses).toBe(1)
    })

    it('uses nothing for an account that is not made', async () => {
      const { invites, authentication } = await open()
      const one = invite()
      await invites.createInvite(one, 9)
      await authentication.createAccount(someAccount('alice'))
      expect(await authentication.createAccount(account('alice', one.keyHash))).toBe('taken')
      expect((await invites.invite(one.keyHash))?.uses).toBe(0)
      expect(await authentication.createAccount(account('bob', one.keyHash))).toBe('created')
    })

    it('makes no account of a key that is over, revoked or unknown, and nothing of the account stays', async () => {
      const { invites, authentication } = await open()
      const over = invite({ expiresMs: 1000 })
      await invites.createInvite(over, 9)
      const revoked = invite()
      await invites.revokeInvite((await invites.createInvite(revoked, 9)) as number)
      for (const { keyHash } of [over, revoked, invite()]) {
        const alice = account('alice', keyHash)
        expect(await authentication.createAccount(alice)).toBe('invite_spent')
        expect(await authentication.login('alice')).toBeUndefined()
        expect(await authentication.session(alice.session.tokenHash)).toBeUndefined()
      }
    })
  })
}
