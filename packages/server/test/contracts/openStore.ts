import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { NewRoom, OpenStore, OpenUser, Post, StoredToken } from '../../src/open/store.ts'
import type { InviteStore } from '../../src/authentication/invites.ts'
import type { AuthenticationStore } from '../../src/authentication/store.ts'
import { someAccount } from './authenticationStore.ts'

const random = (length: number): Uint8Array => new Uint8Array(randomBytes(length))

const programNamed = (name: string, invite: Uint8Array | null = null) => ({
  name,
  password: `hash of ${name}`,
  publicKey: null,
  fingerprint: null,
  createdMs: 1000,
  invite,
})

const made = async (store: OpenStore, name: string): Promise<OpenUser> => {
  const user = await store.users.createProgram(programNamed(name))
  if (typeof user === 'string') throw new Error(`${name} is ${user}`)
  return user
}

const tokenOf = (user: OpenUser, changes: Partial<StoredToken> = {}): StoredToken => ({
  tokenHash: random(32),
  user: user.id,
  kind: 'session',
  label: '',
  scopes: ['read', 'send'],
  createdMs: 1000,
  usedMs: 1000,
  expiresMs: 9000,
  ...changes,
})

const roomOf = (creator: OpenUser, name: string, changes: Partial<NewRoom> = {}): NewRoom => ({
  name,
  description: '',
  creator: creator.id,
  createdMs: 1000,
  isPrivate: false,
  uniqueName: name,
  ...changes,
})

interface Opened {
  readonly invites: InviteStore
  readonly open: OpenStore
  readonly authentication: AuthenticationStore
}

/** What every store of the open lane does. */
export const openStoreContract = (openBoth: () => Promise<Opened>): void => {
  const open = async (): Promise<OpenStore> => (await openBoth()).open

  describe('users of the open lane', () => {
    it('are found by name, with what they have put up', async () => {
      const { users } = await open()
      expect(await users.named('alice')).toBeUndefined()
      const alice = await users.createProgram({
        ...programNamed('alice'),
        publicKey: '"k"',
        fingerprint: 'f',
      })
      expect(alice).toMatchObject({ name: 'alice', kind: 'program', publicKey: '"k"', presence: 'visible' })
      expect(await users.named('alice')).toEqual(alice)
      expect(await users.password('alice')).toEqual({ user: alice, password: 'hash of alice' })
      const { id } = alice as OpenUser
      await users.setKey(id, '"other"', 'g')
      await users.setPresence(id, 'hidden')
      const changed = { publicKey: '"other"', fingerprint: 'g', presence: 'hidden' }
      expect(await users.named('alice')).toMatchObject(changed)
    })

    it('have names that nobody else has, on either lane', async () => {
      const { open: store, authentication } = await openBoth()
      await made(store, 'alice')
      expect(await store.users.createProgram(programNamed('alice'))).toBe('taken')
      expect(await authentication.createAccount(someAccount('alice'))).toBe('taken')
      const bob = someAccount('bob')
      expect(await authentication.createAccount(bob)).toBe('created')
      expect(await store.users.createProgram(programNamed('bob'))).toBe('taken')
      const person = await store.users.person(bob.account, 'bob', 1000)
      expect(person).toMatchObject({ name: 'bob', kind: 'person' })
      expect(await store.users.person(bob.account, 'bob', 2000)).toEqual(person)
      expect(await store.users.password('bob')).toBeUndefined()
      const isPerson = ['alice', 'bob', 'carol'].map((name) => store.users.isPerson(name))
      expect(await Promise.all(isPerson)).toEqual([false, true, false])
    })

    it('ID-2b have names that look like nobody else’s, on either lane', async () => {
      const { open: store, authentication } = await openBoth()
      await made(store, 'alice')
      expect(await store.users.createProgram(programNamed('a1ice'))).toBe('alike')
      expect(await authentication.createAccount(someAccount('аӏісе'))).toBe('alike')
      expect(await authentication.createAccount(someAccount('bob'))).toBe('created')
      expect(await store.users.createProgram(programNamed('b0b'))).toBe('alike')
      expect(await store.users.createProgram(programNamed('rob'))).toMatchObject({ name: 'rob' })
    })

    it('are made with an invite as often as it says, and one that is refused uses nothing', async () => {
      const { open: store, invites } = await openBoth()
      const keyHash = random(32)
      await invites.createInvite({ keyHash, usesMax: 2, createdMs: 0, expiresMs: 5000 }, 9)
      await made(store, 'alice')
      expect(await store.users.createProgram(programNamed('alice', keyHash))).toBe('taken')
      expect(await store.users.createProgram(programNamed('bob', keyHash))).toMatchObject({ name: 'bob' })
      const outcomes = await Promise.all(
        ['carol', 'dave'].map((name) => store.users.createProgram(programNamed(name, keyHash))),
      )
      expect(outcomes.filter((outcome) => outcome === 'invite_spent')).toHaveLength(1)
      expect(await store.users.createProgram(programNamed('erin', random(32)))).toBe('invite_spent')
      expect(await store.users.named('erin')).toBeUndefined()
    })

    it('come in pages', async () => {
      const store = await open()
      for (const name of ['carol', 'alice', 'bob']) await made(store, name)
      const namesOf = async (after: string, count: number) =>
        (await store.users.page(after, count)).map(({ name }) => name)
      expect(await namesOf('', 2)).toEqual(['alice', 'bob'])
      expect(await namesOf('bob', 2)).toEqual(['carol'])
      const [alice, bob] = await store.users.page('', 2)
      const found = await store.users.withIds([alice?.id ?? 0, bob?.id ?? 0, 999])
      expect(found.toSorted((a, b) => a.id - b.id)).toEqual(
        [bob, alice].toSorted((a, b) => (a?.id ?? 0) - (b?.id ?? 0)),
      )
    })
  })

  describe('tokens of the open lane', () => {
    it('are found by their hash, with their owner, until they end', async () => {
      const store = await open()
      const alice = await made(store, 'alice')
      const session = tokenOf(alice)
      expect(await store.tokens.openSession(session, 10)).toEqual([])
      expect(await store.tokens.token(session.tokenHash)).toEqual({ ...session, owner: alice })
      await store.tokens.touch(session.tokenHash, 2000)
      expect((await store.tokens.token(session.tokenHash))?.usedMs).toBe(2000)
      await store.tokens.end(session.tokenHash)
      expect(await store.tokens.token(session.tokenHash)).toBeUndefined()
    })

    it('end when there are too many, those first that were used longest ago', async () => {
      const store = await open()
      const alice = await made(store, 'alice')
      const sessions = [3000, 1000, 2000].map((usedMs) => tokenOf(alice, { usedMs }))
      for (const session of sessions) await store.tokens.openSession(session, 3)
      expect(await store.tokens.openSession(tokenOf(alice, { usedMs: 4000 }), 3)).toEqual([
        sessions[1]?.tokenHash,
      ])
    })

    it('for access are listed, bounded, and revoked by their owner alone', async () => {
      const store = await open()
      const [alice, bob] = [await made(store, 'alice'), await made(store, 'bob')]
      const access = (changes: Partial<StoredToken> = {}) => tokenOf(alice, { kind: 'access', ...changes })
      const token = access({ label: 'alerts' })
      const id = await store.tokens.createAccess(token, 2)
      expect(id).toBeTypeOf('number')
      await store.tokens.createAccess(access(), 2)
      expect(await store.tokens.createAccess(access(), 2)).toBeUndefined()
      // Those that have expired make room.
      expect(await store.tokens.createAccess(access({ createdMs: 9000, expiresMs: 99_000 }), 2)).toBeTypeOf(
        'number',
      )
      expect((await store.tokens.accessTokens(alice.id)).map(({ expiresMs }) => expiresMs)).toEqual([99_000])
      const [kept] = await store.tokens.accessTokens(alice.id)
      expect(await store.tokens.endAccess(bob.id, kept?.id ?? 0)).toBeUndefined()
      expect(await store.tokens.endAccess(alice.id, kept?.id ?? 0)).toEqual(kept?.tokenHash)
      expect(await store.tokens.accessTokens(alice.id)).toEqual([])
    })
  })

  describe('the mail of the open lane', () => {
    const letter = (recipient: OpenUser, payload: string) => ({
      recipient: recipient.id,
      event: 'message',
      payload,
    })
    const roomy = { lettersMax: 100, charactersMax: 1000 }
    const postOf = (sender: OpenUser, letters: Post['letters'], bounds = roomy): Post => ({
      sender: sender.id,
      letters,
      bounds,
      nowMs: 1000,
      charges: [],
    })
    const all = async (store: OpenStore, user: OpenUser) =>
      (await store.mail.waiting(user.id, 0, 1000)).map(({ payload }) => payload)

    it('waits in order until it has arrived', async () => {
      const store = await open()
      const [alice, bob] = [await made(store, 'alice'), await made(store, 'bob')]
      for (const payload of ['1', '2', '3'])
        await store.mail.deposit(postOf(bob, [letter(alice, payload), letter(bob, payload)]))
      const waiting = await store.mail.waiting(alice.id, 0, 2)
      expect(waiting.map(({ payload }) => payload)).toEqual(['1', '2'])
      const last = waiting[1]?.id ?? 0
      expect((await store.mail.waiting(alice.id, last, 9)).map(({ payload }) => payload)).toEqual(['3'])
      await store.mail.arrived(alice.id, last)
      expect(await all(store, alice)).toEqual(['3'])
      expect(await all(store, bob)).toHaveLength(3)
    })

    it('never has a number twice, not even after all of it has arrived', async () => {
      const store = await open()
      const alice = await made(store, 'alice')
      await store.mail.deposit(postOf(alice, [letter(alice, '1')]))
      const [first] = await store.mail.waiting(alice.id, 0, 9)
      await store.mail.arrived(alice.id, first?.id ?? 0)
      await store.mail.deposit(postOf(alice, [letter(alice, '2')]))
      expect(await store.mail.waiting(alice.id, first?.id ?? 0, 9)).toHaveLength(1)
    })

    it('is kept for each recipient who has room; for nobody where none but the sender has', async () => {
      const store = await open()
      const [alice, bob, carol] = [
        await made(store, 'alice'),
        await made(store, 'bob'),
        await made(store, 'carol'),
      ]
      const bounds = { lettersMax: 3, charactersMax: 30 }
      const deposit = (letters: Post['letters']) => store.mail.deposit(postOf(carol, letters, bounds))
      expect(await deposit([letter(alice, '1')])).toEqual({ kind: 'kept', full: [] })
      expect(await deposit([letter(alice, '2'), letter(bob, '2')])).toEqual({
        kind: 'kept',
        full: [alice.id],
      })
      expect(await deposit([letter(alice, '3'), letter(carol, '3')])).toEqual({
        kind: 'full',
        full: [alice.id],
      })
      expect(await all(store, alice)).toEqual(['1'])
      expect(await all(store, bob)).toEqual(['2'])
      expect(await all(store, carol)).toEqual([])
      expect(await deposit([letter(carol, 'x'.repeat(31))])).toEqual({ kind: 'full', full: [carol.id] })
      expect(await deposit([letter(carol, 'x'.repeat(30))])).toEqual({ kind: 'kept', full: [] })
    })

    it('is shared by strangers: each has a quarter of their half at most, and the next less', async () => {
      const store = await open()
      const alice = await made(store, 'alice')
      const bounds = { lettersMax: 80, charactersMax: 200_000 }
      const fill = async (name: string, payload: string): Promise<number> => {
        const sender = await made(store, name)
        const before = (await all(store, alice)).length
        while ((await store.mail.deposit(postOf(sender, [letter(alice, payload)], bounds))).kind === 'kept');
        return (await all(store, alice)).length - before
      }
      // By number, then by size.
      expect(await fill('mallory', 'x')).toBe(10)
      await store.mail.arrived(alice.id, Number.MAX_SAFE_INTEGER)
      expect(await fill('mallet', 'x'.repeat(5000))).toBe(5)
      for (let at = 0; at < 8; at++) expect(await fill(`sybil${at}`, 'x'.repeat(100))).toBeGreaterThan(0)
      // What arrives is given back to those whose it was.
      await store.mail.arrived(alice.id, Number.MAX_SAFE_INTEGER)
      expect(await fill('trudy', 'x')).toBe(10)
    })

    it('has a half that no number of strangers fills, for those whom its owner knows', async () => {
      const store = await open()
      const user = (name: string) => made(store, name)
      const [alice, friend, chatter, mate, guest, passer] = [
        await user('alice'),
        await user('friend'),
        await user('chatter'),
        await user('mate'),
        await user('guest'),
        await user('passer'),
      ]
      for (const [payload, half] of [
        ['x', 20],
        ['x'.repeat(100), 10],
      ] as const) {
        const bounds = { lettersMax: 40, charactersMax: 2000 }
        const outcome = async (sender: OpenUser): Promise<string> =>
          (await store.mail.deposit(postOf(sender, [letter(alice, payload)], bounds))).kind
        for (let at = 0; at < half + 5; at++) await outcome(await user(`sybil${half}x${at}`))
        expect(await all(store, alice)).toHaveLength(half)
        expect(await outcome(friend)).toBe(half === 20 ? 'full' : 'kept')
        if (half === 20) {
          await store.mail.deposit(postOf(alice, [letter(friend, 'hello')]))
          const nothing = postOf(chatter, [])
          const chat = (id: string, initiator: OpenUser) =>
            store.chats.create(
              { id, initiator: initiator.id, createdMs: 1 },
              [initiator.id, alice.id],
              nothing,
            )
          await chat('joined', chatter)
          await store.chats.join('joined', alice.id, 2)
          await chat('not joined', guest)
          for (const [name, other] of [
            ['private', mate],
            ['public', passer],
          ] as const) {
            const room = await store.rooms.create(
              roomOf(alice, name, { isPrivate: name === 'private' }),
              9,
              [],
            )
            if (typeof room === 'string') throw new Error(room)
            for (const { id } of [alice, other]) await store.rooms.setMembership(room.id, id, 'joined', 9)
          }
          expect(await outcome(friend)).toBe('kept')
        }
        for (const known of [chatter, mate])
          expect([known.name, await outcome(known)]).toEqual([known.name, 'kept'])
        for (const stranger of [guest, passer]) expect(await outcome(stranger)).toBe('full')
        // Whom she knows has no more than a share either.
        const before = (await all(store, alice)).length
        while ((await outcome(friend)) === 'kept');
        expect((await all(store, alice)).length - before).toBeLessThan(half / 2)
        await store.mail.arrived(alice.id, Number.MAX_SAFE_INTEGER)
      }
    })
  })

  describe('rooms of the open lane', () => {
    it('are made once by name, and are seen by those who may', async () => {
      const store = await open()
      const [alice, bob] = [await made(store, 'alice'), await made(store, 'bob')]
      const room = await store.rooms.create(roomOf(alice, 'one'), 2, [])
      expect(room).toMatchObject({ name: 'one', createdBy: 'alice', isPrivate: false, generation: 0 })
      expect(await store.rooms.create(roomOf(bob, 'one'), 2, [])).toBe('taken')
      const hidden = await store.rooms.create(roomOf(alice, 'two', { isPrivate: true }), 2, [])
      expect(await store.rooms.create(roomOf(alice, 'three'), 2, [])).toBe('too_many')
      expect(await store.rooms.visibleTo(alice.id, 0, 9)).toEqual([room, hidden])
      expect(await store.rooms.visibleTo(bob.id, 0, 9)).toEqual([room])
      const [first] = await store.rooms.visibleTo(alice.id, 0, 1)
      expect(first).toEqual(room)
      expect(await store.rooms.visibleTo(alice.id, first?.id ?? 0, 1)).toEqual([hidden])
      expect(await store.rooms.publicRoomNamed('one')).toEqual(room)
      expect(await store.rooms.publicRoomNamed('two')).toBeUndefined()
    })

    it('have members, of whom there are so many at most, and count those who leave', async () => {
      const store = await open()
      const [alice, bob, carol] = [
        await made(store, 'alice'),
        await made(store, 'bob'),
        await made(store, 'carol'),
      ]
      const room = await store.rooms.create(roomOf(alice, 'one'), 2, [])
      if (typeof room === 'string') throw new Error(room)
      expect(await store.rooms.membership(room.id, alice.id)).toBe('invited')
      expect(await store.rooms.setMembership(room.id, alice.id, 'joined', 2)).toBe('set')
      expect(await store.rooms.setMembership(room.id, bob.id, 'joined', 2)).toBe('set')
      expect(await store.rooms.setMembership(room.id, carol.id, 'joined', 2)).toBe('full')
      expect(await store.rooms.joinedIds(room.id)).toEqual([alice.id, bob.id])
      const members = [alice, bob].map(({ id, name }) => ({ id, name, fingerprint: null }))
      expect(await store.rooms.members(room.id)).toEqual(members)
      expect(await store.rooms.leave(room.id, bob.id, 'gone')).toBe(1)
      expect(await store.rooms.leave(room.id, alice.id, 'invited')).toBe(2)
      expect(await store.rooms.membership(room.id, bob.id)).toBeUndefined()
      expect(await store.rooms.membership(room.id, alice.id)).toBe('invited')
      expect((await store.rooms.room(room.id))?.generation).toBe(2)
      // The place of the one who has gone is free, that of the one who may come back is not.
      expect(await store.rooms.setMembership(room.id, carol.id, 'joined', 2)).toBe('set')
      expect(await store.rooms.setMembership(room.id, bob.id, 'joined', 2)).toBe('full')
    })

    it('take an iv once with a key, and give their messages back in order', async () => {
      const store = await open()
      const alice = await made(store, 'alice')
      const room = await store.rooms.create(roomOf(alice, 'one'), 2, [])
      if (typeof room === 'string') throw new Error(room)
      await store.rooms.setMembership(room.id, alice.id, 'joined', 2)
      const message = (content: string, iv = random(12)) => ({
        room: room.id,
        sender: alice.id,
        keyId: 'a',
        iv,
        ivText: '[1]',
        content,
        messageHash: '',
        createdMs: 1000,
      })
      const iv = random(12)
      expect(await store.rooms.append(message('1', iv), [])).toBeTypeOf('number')
      expect(await store.rooms.append(message('again', iv), [])).toBe('iv_reused')
      expect(await store.rooms.append({ ...message('2', iv), keyId: 'b' }, [])).toBeTypeOf('number')
      await store.rooms.append(message('3'), [])
      const contents = async (before: number, count: number, bytes: number) =>
        (await store.rooms.history(room.id, before, count, bytes)).map(({ content }) => content)
      const end = Number.MAX_SAFE_INTEGER
      expect(await contents(end, 9, 100)).toEqual(['1', '2', '3'])
      expect(await contents(end, 2, 100)).toEqual(['2', '3'])
      expect(await contents(end, 9, 2)).toEqual(['2', '3'])
      expect(await contents(end, 9, 0)).toEqual(['3'])
      const [, second] = await store.rooms.history(room.id, end, 9, 100)
      expect(await contents(second?.id ?? 0, 9, 100)).toEqual(['1'])
    })
  })

  describe('those who share something with a user', () => {
    it('are found in so many rows at most, of which rooms have half at least', async () => {
      const store = await open()
      const alice = await made(store, 'alice')
      const all = async (...names: readonly string[]) => Promise.all(names.map((name) => made(store, name)))
      const [members, participants] = [await all('bob', 'carol', 'dave'), await all('erin', 'frank', 'grace')]
      const room = await store.rooms.create(roomOf(alice, 'one'), 2, [])
      if (typeof room === 'string') throw new Error(room)
      for (const user of [alice, ...members]) await store.rooms.setMembership(room.id, user.id, 'joined', 9)
      const bounds = { lettersMax: 9, charactersMax: 9 }
      const nothing = { sender: alice.id, letters: [], bounds, nowMs: 1, charges: [] }
      const together = [alice, ...participants].map(({ id }) => id)
      await store.chats.create({ id: 'c', initiator: alice.id, createdMs: 1 }, together, nothing)
      const found = async (rowsMax: number, among: readonly OpenUser[]): Promise<number> => {
        const ids = await store.acquaintances.acquaintances(alice.id, { rowsMax, chatsPerInitiatorMax: 2 })
        expect(ids.length).toBeLessThanOrEqual(rowsMax)
        return among.filter(({ id }) => ids.includes(id)).length
      }
      // Alice herself stands in a row of each.
      expect([await found(8, members), await found(8, participants)]).toEqual([3, 3])
      for (let rowsMax = 0; rowsMax < 8; rowsMax++) {
        const both = (await found(rowsMax, members)) + (await found(rowsMax, participants))
        expect(both).toBeLessThan(6)
        expect(await found(rowsMax, members)).toBeGreaterThanOrEqual(Math.ceil(rowsMax / 2) - 1)
      }
    })

    it('are in a room or a chat with him, so many at most', async () => {
      const store = await open()
      const [alice, bob, carol, dave] = [
        await made(store, 'alice'),
        await made(store, 'bob'),
        await made(store, 'carol'),
        await made(store, 'dave'),
      ]
      const room = await store.rooms.create(roomOf(alice, 'one'), 2, [])
      if (typeof room === 'string') throw new Error(room)
      for (const user of [alice, bob]) await store.rooms.setMembership(room.id, user.id, 'joined', 9)
      await store.rooms.setMembership(room.id, dave.id, 'invited', 9)
      const nothing = {
        sender: alice.id,
        letters: [],
        bounds: { lettersMax: 9, charactersMax: 9 },
        nowMs: 1,
        charges: [],
      }
      const chat = { id: 'c', initiator: alice.id, createdMs: 1 }
      await store.chats.create(chat, [alice.id, carol.id], nothing)
      const known = (
        await store.acquaintances.acquaintances(alice.id, { rowsMax: 9, chatsPerInitiatorMax: 2 })
      ).filter((id) => id !== alice.id)
      expect(known.toSorted((a, b) => a - b)).toEqual([bob.id, carol.id])
      expect(
        await store.acquaintances.acquaintances(dave.id, { rowsMax: 9, chatsPerInitiatorMax: 2 }),
      ).toEqual([])
    })

    it('are not crowded out by chats that a stranger has begun: joined or not, earlier or later', async () => {
      const store = await open()
      const [alice, friend, mallory] = [
        await made(store, 'alice'),
        await made(store, 'friend'),
        await made(store, 'mallory'),
      ]
      const many = await Promise.all(Array.from({ length: 9 }, (_, at) => made(store, `puppet${at}`)))
      const bounds = { lettersMax: 9, charactersMax: 9 }
      let nowMs = 0
      const begin = async (id: string, initiator: OpenUser, others: readonly OpenUser[]): Promise<void> => {
        const nothing = { sender: initiator.id, letters: [], bounds, nowMs: 1, charges: [] }
        const together = [initiator, ...others].map((user) => user.id)
        await store.chats.create({ id, initiator: initiator.id, createdMs: 1 }, together, nothing)
      }
      const join = (id: string) => store.chats.join(id, alice.id, ++nowMs)
      const found = (rowsMax: number) =>
        store.acquaintances.acquaintances(alice.id, { rowsMax, chatsPerInitiatorMax: 2 })
      for (let at = 0; at < 20; at++) await begin(`a${at}`, mallory, [alice, ...many])
      expect(await found(60)).toEqual([])
      await begin('friend', friend, [alice])
      await join('friend')
      expect((await found(60)).toSorted((a, b) => a - b)).toEqual([alice.id, friend.id])
      // Those that she joins later come first, and are two at most.
      for (let at = 0; at < 20; at++) await join(`a${at}`)
      expect(await found(60)).toContain(friend.id)
      expect(await found(40)).not.toContain(friend.id)
      await begin('late', friend, [alice])
      await join('late')
      expect(await found(40)).toContain(friend.id)
      expect((await store.chats.chat('late'))?.participants.map(({ hasJoined }) => hasJoined)).toEqual([
        true,
        true,
      ])
    })
  })

  describe('chats of the open lane', () => {
    const bounds = { lettersMax: 2, charactersMax: 100 }
    const opened = async () => {
      const store = await open()
      const [alice, bob, carol] = [
        await made(store, 'alice'),
        await made(store, 'bob'),
        await made(store, 'carol'),
      ]
      const post = (...recipients: readonly OpenUser[]): Post => ({
        sender: alice.id,
        letters: recipients.map(({ id }) => ({ recipient: id, event: 'rekeyed', payload: 'a key' })),
        bounds,
        nowMs: 1000,
        charges: [],
      })
      const create = (id: string, ...guests: readonly OpenUser[]) =>
        store.chats.create(
          { id, initiator: alice.id, createdMs: 1000 },
          [...guests, alice].map((user) => user.id),
          post(...guests),
        )
      const countOf = async (user: OpenUser) => (await store.mail.waiting(user.id, 0, 9)).length
      return { store, alice, bob, carol, post, create, countOf }
    }
    const from = (generation: number, ...users: readonly OpenUser[]) => ({
      generation,
      participants: users.map(({ id }) => id),
    })

    it('hold those who are invited, need a key when one leaves, and end with the last', async () => {
      const { store, alice, bob, post, create } = await opened()
      expect(await create('c', bob)).toEqual({ kind: 'kept', full: [] })
      const chat = await store.chats.chat('c')
      expect(chat).toMatchObject({ initiator: 'alice', generation: 0, state: 'open' })
      expect(chat?.participants.map(({ name }) => name)).toEqual(['alice', 'bob'])
      await store.chats.leave('c', bob.id)
      expect((await store.chats.chat('c'))?.state).toBe('rekey')
      expect(await store.chats.rekey('c', from(0, alice), post())).toEqual({ kind: 'kept', full: [] })
      expect(await store.chats.rekey('c', from(0, alice), post())).toBe('late')
      expect(await store.chats.chat('c')).toMatchObject({ generation: 1, state: 'open' })
      await store.chats.leave('c', alice.id)
      expect(await store.chats.chat('c')).toBeUndefined()
    })

    it('are made with all of their invitations or not at all', async () => {
      const { store, bob, carol, create, countOf } = await opened()
      await create('a', bob)
      expect(await create('b', bob, carol)).toEqual({ kind: 'full', full: [bob.id] })
      expect(await store.chats.chat('b')).toBeUndefined()
      expect(await countOf(carol)).toBe(0)
    })

    it('are rekeyed with the letters that bring the key, or stay as they were', async () => {
      const { store, alice, bob, carol, post, create, countOf } = await opened()
      await create('c', bob, carol)
      await store.chats.leave('c', carol.id)
      // Bob has no room: nobody would get the new key, and whoever left must not read on.
      expect(await store.chats.rekey('c', from(0, bob, alice), post(bob))).toEqual({
        kind: 'full',
        full: [bob.id],
      })
      expect(await store.chats.chat('c')).toMatchObject({ generation: 0, state: 'rekey' })
      await store.mail.arrived(bob.id, Number.MAX_SAFE_INTEGER)
      expect(await store.chats.rekey('c', from(0, alice, bob), post(bob))).toEqual({ kind: 'kept', full: [] })
      expect(await store.chats.chat('c')).toMatchObject({ generation: 1, state: 'open' })
      expect(await countOf(bob)).toBe(1)
    })

    it('are not opened by a key that was made while somebody left', async () => {
      const { store, alice, bob, carol, post, create } = await opened()
      await create('c', bob, carol)
      await store.chats.leave('c', carol.id)
      expect(await store.chats.rekey('c', from(0, alice, bob, carol), post(bob))).toBe('late')
      expect(await store.chats.chat('c')).toMatchObject({ generation: 0, state: 'rekey' })
    })
  })
}
