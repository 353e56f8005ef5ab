import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { StoredKeyPackage } from '../../src/directory/store.ts'
import type { Store } from '../../src/store/openStore.ts'
import { someAccount } from './authenticationStore.ts'

const random = (length: number): Uint8Array => new Uint8Array(randomBytes(length))

const nowMs = 1_000_000_000
const bounds = { storedMax: 5, nowMs, replace: false, mayExpire: true }
const soonS = nowMs / 1000 + 3600

const keyPackage = (lastResort = false, notAfterS = soonS): StoredKeyPackage => ({
  ref: random(32),
  bytes: random(64),
  lastResort,
  notAfterS,
})

/** What every store of the directory does. */
export const directoryStoreContract = (
  open: () => Promise<Pick<Store, 'authentication' | 'directory'>>,
): void => {
  const openWith = async (name: string) => {
    const { authentication, directory } = await open()
    const account = someAccount(name)
    await authentication.createAccount(account)
    const device = account.session.device as Uint8Array
    return { authentication, directory, account, device, id: account.account }
  }
  const extensionOf = (account: ReturnType<typeof someAccount>, seq: number, name = account.name) => ({
    account: account.account,
    seq,
    link: { bytes: random(100), signatures: [random(64)] },
    name,
    state: random(50),
    added: [],
    revoked: [],
    nowMs: 1000,
  })

  describe('directory store: chains', () => {
    it('finds an account by id and by name, with its genesis', async () => {
      const { directory, account, id } = await openWith('alice')
      const stored = { account: id, name: 'alice', seq: 0, state: account.state }
      expect(await directory.account(id)).toEqual(stored)
      expect(await directory.accountNamed('alice')).toEqual(stored)
      expect(await directory.links(id, 0, 10)).toEqual([account.genesis])
      expect(await directory.account(random(32))).toBeUndefined()
    })

    it('extends a chain at its end and nowhere else', async () => {
      const { directory, account, id } = await openWith('alice')
      const extension = extensionOf(account, 1)
      expect(await directory.extendChain(extension)).toEqual({ kind: 'extended', endedSessions: [] })
      expect(await directory.extendChain(extensionOf(account, 1))).toEqual({ kind: 'conflict' })
      expect(await directory.links(id, 1, 10)).toEqual([extension.link])
      expect(await directory.links(id, 0, 1)).toEqual([account.genesis])
      expect((await directory.account(id))?.state).toEqual(extension.state)
    })

    it('renames an account, but not to a name that another has', async () => {
      const { authentication, directory, account } = await openWith('alice')
      await authentication.createAccount(someAccount('bob'))
      expect(await directory.extendChain(extensionOf(account, 1, 'bob'))).toEqual({ kind: 'name_taken' })
      expect(await directory.extendChain(extensionOf(account, 1, 'b0b'))).toEqual({ kind: 'name_alike' })
      expect((await directory.extendChain(extensionOf(account, 1, 'carol'))).kind).toBe('extended')
      expect((await directory.accountNamed('carol'))?.account).toEqual(account.account)
      expect(await directory.accountNamed('alice')).toBeUndefined()
    })

    it('ends the sessions and drops the key packages of revoked devices', async () => {
      const { authentication, directory, account, device, id } = await openWith('alice')
      const other = random(16)
      const kept = { ...account.session, tokenHash: random(32), device: other }
      await authentication.openSession(kept, 10)
      await directory.putKeyPackages(id, device, [keyPackage()], bounds)
      await directory.putKeyPackages(id, other, [keyPackage()], bounds)
      const done = await directory.extendChain({ ...extensionOf(account, 1), revoked: [device] })
      expect(done).toEqual({ kind: 'extended', endedSessions: [account.session.tokenHash] })
      expect(await authentication.session(account.session.tokenHash)).toBeUndefined()
      expect(await authentication.session(kept.tokenHash)).toBeDefined()
      expect(await directory.countKeyPackages(id, device, 0)).toEqual({ oneTime: 0, lastResort: false })
      expect(await directory.countKeyPackages(id, other, 0)).toEqual({ oneTime: 1, lastResort: false })
    })
  })

  const claimant = random(32)
  const by = (account: Uint8Array, device: Uint8Array, nowS: number) => ({ account, device, nowS, claimant })

  describe('directory store: key packages', () => {
    it('hands out each one-time package once, then the last-resort one again and again', async () => {
      const { directory, device, id } = await openWith('alice')
      const last = keyPackage(true)
      const oneTime = [keyPackage(), keyPackage()]
      await directory.putKeyPackages(id, device, [...oneTime, last], bounds)
      const taken = []
      for (let i = 0; i < 4; i++) taken.push(await directory.takeKeyPackage(by(id, device, 0)))
      const refs = taken.map((one) => Buffer.from(one?.ref ?? []).toString('hex'))
      expect(new Set(refs.slice(0, 2))).toEqual(
        new Set(oneTime.map(({ ref }) => Buffer.from(ref).toString('hex'))),
      )
      expect(taken.slice(2)).toEqual([last, last])
    })

    it('shows the last-resort one without touching the others, while it is valid', async () => {
      const { directory, device, id } = await openWith('alice')
      expect(await directory.takeLastResort(by(id, device, 0))).toBeUndefined()
      const last = keyPackage(true)
      await directory.putKeyPackages(id, device, [keyPackage(), last], bounds)
      expect(await directory.takeLastResort(by(id, device, 0))).toEqual(last)
      expect(await directory.takeLastResort(by(id, device, last.notAfterS))).toBeUndefined()
      expect(await directory.takeLastResort(by(id, random(16), 0))).toBeUndefined()
      expect(await directory.countKeyPackages(id, device, 0)).toEqual({ oneTime: 1, lastResort: true })
    })

    it('withdraws all that it has when others replace them', async () => {
      const { directory, device, id } = await openWith('alice')
      await directory.putKeyPackages(id, device, [keyPackage(), keyPackage(true)], bounds)
      const fresh = keyPackage()
      await directory.putKeyPackages(id, device, [fresh], { ...bounds, replace: true })
      expect(await directory.countKeyPackages(id, device, 0)).toEqual({ oneTime: 1, lastResort: false })
      expect(await directory.takeKeyPackage(by(id, device, 0))).toEqual(fresh)
    })

    it('never hands one out twice when many ask at once', async () => {
      const { directory, device, id } = await openWith('alice')
      await directory.putKeyPackages(
        id,
        device,
        Array.from({ length: 5 }, () => keyPackage()),
        bounds,
      )
      const taken = await Promise.all(
        Array.from({ length: 8 }, () => directory.takeKeyPackage(by(id, device, 0))),
      )
      const refs = taken.flatMap((one) => (one ? [Buffer.from(one.ref).toString('hex')] : []))
      expect(refs).toHaveLength(5)
      expect(new Set(refs).size).toBe(5)
    })

    it('does not take one back that was handed out', async () => {
      const { directory, device, id } = await openWith('alice')
      const one = keyPackage()
      await directory.putKeyPackages(id, device, [one], bounds)
      await directory.takeKeyPackage(by(id, device, 0))
      await directory.putKeyPackages(id, device, [one], bounds)
      expect(await directory.takeKeyPackage(by(id, device, 0))).toBeUndefined()
    })

    it('keeps one when it is handed in twice, replaces the last-resort one, and bounds what it keeps', async () => {
      const { directory, device, id } = await openWith('alice')
      const one = keyPackage()
      await directory.putKeyPackages(id, device, [one, keyPackage(true)], bounds)
      const newer = keyPackage(true)
      await directory.putKeyPackages(id, device, [one, newer], bounds)
      expect(await directory.countKeyPackages(id, device, 0)).toEqual({ oneTime: 1, lastResort: true })
      await directory.putKeyPackages(
        id,
        device,
        Array.from({ length: 9 }, () => keyPackage()),
        bounds,
      )
      expect((await directory.countKeyPackages(id, device, 0)).oneTime).toBe(5)
      for (let i = 0; i < 5; i++) await directory.takeKeyPackage(by(id, device, 0))
      expect(await directory.takeKeyPackage(by(id, device, 0))).toEqual(newer)
    })

    it('hands out nothing that has expired, and nothing of another device', async () => {
      const { directory, device, id } = await openWith('alice')
      await directory.putKeyPackages(id, device, [keyPackage(), keyPackage(true)], bounds)
      expect(await directory.takeKeyPackage(by(id, random(16), 0))).toBeUndefined()
      expect(await directory.takeKeyPackage(by(id, device, soonS))).toBeUndefined()
      expect(await directory.countKeyPackages(id, device, soonS)).toEqual({ oneTime: 0, lastResort: false })
    })

    it('throws nothing away by a clock that is not to be believed', async () => {
      const { directory, device, id } = await openWith('alice')
      const [spent, kept] = [keyPackage(), keyPackage()]
      await directory.putKeyPackages(id, device, [spent], bounds)
      await directory.takeKeyPackage(by(id, device, 0))
      await directory.putKeyPackages(id, device, [kept], bounds)
      const later = { ...bounds, nowMs: (kept.notAfterS + 10) * 1000 }
      await directory.putKeyPackages(id, device, [], { ...later, mayExpire: false })
      expect(await directory.countKeyPackages(id, device, 0)).toEqual({ oneTime: 1, lastResort: false })
      await directory.putKeyPackages(id, device, [spent], bounds)
      expect((await directory.takeKeyPackage(by(id, device, 0)))?.ref).toEqual(kept.ref)
      expect(await directory.takeKeyPackage(by(id, device, 0))).toBeUndefined()
      await directory.putKeyPackages(id, device, [], later)
      await directory.putKeyPackages(id, device, [spent], bounds)
      expect((await directory.takeKeyPackage(by(id, device, 0)))?.ref).toEqual(spent.ref)
    })

    it('takes an empty list', async () => {
      const { directory, device, id } = await openWith('alice')
      await directory.putKeyPackages(id, device, [], bounds)
      expect(await directory.countKeyPackages(id, device, 0)).toEqual({ oneTime: 0, lastResort: false })
    })
  })

  describe('directory store: whom an account blocks', () => {
    it('keeps them until they are unblocked, and so many at most', async () => {
      const { directory, id } = await openWith('alice')
      const [one, two, three] = [random(32), random(32), random(32)]
      expect(await directory.blocked(id)).toEqual([])
      for (const other of [one, two, one]) expect(await directory.block(id, other, 2)).toBe('blocked')
      expect(await directory.block(id, three, 2)).toBe('full')
      const hex = (all: readonly Uint8Array[]) =>
        all.map((other) => Buffer.from(other).toString('hex')).toSorted()
      expect(hex(await directory.blocked(id))).toEqual(hex([one, two]))
      expect([await directory.isBlocked(one, id), await directory.isBlocked(three, id)]).toEqual([
        true,
        false,
      ])
      expect(await directory.isBlocked(id, one)).toBe(false)
      await directory.unblock(id, one)
      await directory.unblock(id, three)
      expect(hex(await directory.blocked(id))).toEqual(hex([two]))
      expect(await directory.isBlocked(one, id)).toBe(false)
    })
  })

  describe('directory store: vault', () => {
    it('keeps a slot whose counter rises', async () => {
      const { directory, account, id } = await openWith('alice')
      expect(await directory.slot(id, 'root')).toEqual({ counter: 1, sealed: account.rootSlot })
      expect(await directory.slot(id, 'data')).toBeUndefined()
      const sealed = random(40)
      expect(await directory.putSlot(id, 'root', { counter: 2, sealed })).toEqual({ kind: 'kept' })
      expect(await directory.putSlot(id, 'root', { counter: 2, sealed: random(40) })).toEqual({
        kind: 'behind',
        counter: 2,
      })
      expect(await directory.slot(id, 'root')).toEqual({ counter: 2, sealed })
      expect(await directory.putSlot(id, 'data', { counter: 7, sealed })).toEqual({ kind: 'kept' })
    })
  })
}
