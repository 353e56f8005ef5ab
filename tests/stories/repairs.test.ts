import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Client, SottoError, type TimelineItem } from '@sotto/client'
import {
  invitation,
  meet,
  messages,
  online,
  room,
  texts,
  timeline,
  until,
  untilMessages,
  untilTimeline,
} from './talk.ts'
import { answerOf, deafness, first, losingAnswers } from './weather.ts'
import { type Person, startWorld, type World } from './world.ts'

/** The rows of a device as they are now, to be put back later. */
const snapshot = ({ device }: Person): (() => void) => {
  const rows = new Map(device.disk.rows)
  return () => {
    device.disk.rows.clear()
    for (const [key, value] of rows) device.disk.rows.set(key, value)
  }
}

/** The private parts of its key packages. */
const loseKeysForInvitations = ({ device }: Person): void => {
  for (const key of device.disk.rows.keys()) if (key.startsWith('keypackage/')) device.disk.rows.delete(key)
}

const stateIs = (client: Client, id: string, kind: string): Promise<unknown> =>
  until(client, () => room(client, id)?.state.kind === kind)

const hasComeAnew = (items: readonly TimelineItem[], name: string): boolean =>
  items.some((item) => item.kind === 'event' && item.event.kind === 'rejoined' && item.actor.name === name)

describe('a device that has lost its place takes it again', () => {
  let world: World
  let alice: Person
  let bob: Person
  let a: Client
  let b: Client
  let id: string
  beforeEach(async () => {
    world = await startWorld()
    ;[alice, bob] = [world.person('alice'), world.person('bob')]
    ;[a, b] = [await alice.join(), await bob.join()]
    id = await meet(a, b, 'bob')
    await a.send({ room: id, text: 'one' })
    await untilMessages(b, id, 1)
  })
  afterEach(() => world.end())

  it('REC-2: restored from a backup it reads what it has said since, comes in anew, and speaks with fresh keys', async () => {
    await a.close()
    const restore = snapshot(alice)
    const a2 = await alice.open()
    await online(a2)
    await a2.send({ room: id, text: 'two' })
    await untilMessages(b, id, 2)
    await b.send({ room: id, text: 'three' })
    await untilMessages(a2, id, 3)
    await a2.close()
    restore()
    const a3 = await alice.open()
    await a3.send({ room: id, text: 'four' })
    await untilMessages(a3, id, 4)
    await untilMessages(b, id, 4)
    await stateIs(a3, id, 'active')
    for (const client of [a3, b]) expect(await texts(client, id)).toEqual(['one', 'two', 'three', 'four'])
    const seen = (await timeline(b, id)).filter(({ kind }) => kind === 'event')
    expect(seen.at(-1)).toMatchObject({ event: { kind: 'rejoined' }, actor: { name: 'alice' } })
  })

  it('REC-2: the same for one that had never spoken before: the server tells it at its first word', async () => {
    await b.close()
    const restore = snapshot(bob)
    const b2 = await bob.open()
    await online(b2)
    await b2.send({ room: id, text: 'two' })
    await untilMessages(a, id, 2)
    await b2.close()
    restore()
    const b3 = await bob.open()
    await online(b3)
    for (const text of ['three', 'four']) await b3.send({ room: id, text })
    await untilMessages(a, id, 4)
    expect(await texts(a, id)).toEqual(['one', 'two', 'three', 'four'])
    await untilMessages(b3, id, 4)
    expect(await texts(b3, id)).toEqual(['one', 'two', 'three', 'four'])
  })

  it('REC-2: with its keys damaged on the disk it comes in anew, and says what it could not read', async () => {
    await b.close()
    for (const key of bob.device.disk.rows.keys())
      if (key.startsWith('group/')) bob.device.disk.rows.delete(key)
    await a.send({ room: id, text: 'meanwhile' })
    await untilMessages(a, id, 2)
    const b2 = await bob.open()
    await online(b2)
    await b2.send({ room: id, text: 'back' })
    await untilMessages(a, id, 3)
    expect(await texts(a, id)).toEqual(['one', 'meanwhile', 'back'])
    await untilMessages(b2, id, 2)
    expect((await timeline(b2, id)).flatMap((item) => (item.kind === 'missed' ? [item.why] : []))).toEqual([
      'absent',
    ])
    expect(await texts(b2, id)).toEqual(['one', 'back'])
  })

  it('REC-3: with the keys for its invitation gone it asks, and another member brings it in', async () => {
    const carol = world.person('carol')
    const c = await carol.join()
    await c.close()
    loseKeysForInvitations(carol)
    const invited = a.invite({ room: id, name: 'carol' })
    await invited
    const c2 = await carol.open()
    await invitation(c2, id)
    await c2.accept({ room: id })
    await stateIs(c2, id, 'active')
    await c2.send({ room: id, text: 'here' })
    await untilMessages(a, id, 2)
    await untilMessages(b, id, 2)
    expect(room(c2, id)).toMatchObject({ name: 'General', memberCount: 3 })
  })

  it('REC-2: with the keys for its invitation gone it says what it could not read: since it was invited, and while it waited', async () => {
    const carol = world.person('carol')
    const c = await carol.join()
    await c.close()
    loseKeysForInvitations(carol)
    await a.invite({ room: id, name: 'carol' })
    await a.send({ room: id, text: 'since the invitation' })
    await untilMessages(b, id, 2)
    await a.close()
    // Nobody is there who could bring her in.
    const asking = answerOf('room.nack')
    const c2 = await carol.open(asking)
    await invitation(c2, id)
    await c2.accept({ room: id })
    await asking.answered
    await c2.close()
    await b.send({ room: id, text: 'while she waits' })
    await untilMessages(b, id, 3)
    const a2 = await alice.open()
    await untilTimeline(b, id, (items) => hasComeAnew(items, 'carol'))
    // The Welcome is there before the log.
    const c3 = await carol.open(losingAnswers(first(1, 'room.log'), () => new SottoError('timeout')))
    await stateIs(c3, id, 'active')
    await a2.send({ room: id, text: 'welcome' })
    await untilMessages(c3, id, 1)
    const items = await timeline(c3, id)
    expect(items.map(({ kind }) => kind)).toEqual(['missed', 'missed', 'event', 'message'])
    expect(await texts(c3, id)).toEqual(['welcome'])
  })

  it('REC-2: set back to when it was invited, it is brought in when its user accepts again, and says what it missed', async () => {
    const carol = world.person('carol')
    const c = await carol.join()
    await a.invite({ room: id, name: 'carol' })
    await invitation(c, id)
    await c.close()
    const restore = snapshot(carol)
    const c2 = await carol.open()
    await online(c2)
    await c2.accept({ room: id })
    await c2.send({ room: id, text: 'hello' })
    await untilMessages(a, id, 2)
    await c2.close()
    restore()
    const c3 = await carol.open()
    await online(c3)
    expect(room(c3, id)?.state.kind).toBe('invited')
    await c3.accept({ room: id })
    await stateIs(c3, id, 'active')
    await a.send({ room: id, text: 'welcome' })
    await untilMessages(c3, id, 1)
    expect((await timeline(c3, id)).map(({ kind }) => kind)).toEqual(['missed', 'event', 'message'])
    await c3.send({ room: id, text: 'here again' })
    await untilMessages(a, id, 4)
    await untilMessages(b, id, 4)
    expect(await texts(b, id)).toEqual(['one', 'hello', 'welcome', 'here again'])
  })

  it('REC-2, OUT-3: of a room that was deleted it says nothing, and what it has missed since it was invited again', async () => {
    const who = (await a.members({ room: id })).find(({ name }) => name === 'bob')
    await a.removeMember({ room: id, account: who?.account ?? '' })
    await stateIs(b, id, 'removed')
    await b.deleteRoom({ room: id })
    await b.close()
    loseKeysForInvitations(bob)
    await a.invite({ room: id, name: 'bob' })
    await a.send({ room: id, text: 'since the invitation' })
    await untilMessages(a, id, 2)
    const b2 = await bob.open()
    await invitation(b2, id)
    await b2.accept({ room: id })
    await stateIs(b2, id, 'active')
    await a.send({ room: id, text: 'welcome' })
    await untilMessages(b2, id, 1)
    expect((await timeline(b2, id)).map(({ kind }) => kind)).toEqual(['missed', 'event', 'message'])
    expect(await texts(b2, id)).toEqual(['welcome'])
  })

  it('who has left a room and is invited again speaks in it as before', async () => {
    await b.leave({ room: id })
    await until(a, () => room(a, id)?.memberCount === 1)
    await a.invite({ room: id, name: 'bob' })
    await invitation(b, id)
    await b.accept({ room: id })
    await b.send({ room: id, text: 'two' })
    await untilMessages(a, id, 2)
    await a.send({ room: id, text: 'three' })
    await untilMessages(b, id, 3)
    expect(await texts(b, id)).toEqual(['one', 'two', 'three'])
  })
})

describe('a server that has lost what it had confirmed', () => {
  let world: World
  let alice: Person
  let bob: Person
  let a: Client
  let b: Client
  let id: string
  beforeEach(async () => {
    world = await startWorld()
    ;[alice, bob] = [world.person('alice'), world.person('bob')]
    ;[a, b] = [await alice.join(), await bob.join()]
    id = await meet(a, b, 'bob')
  })
  afterEach(() => world.end())

  /** Carol is in the room, and a backup knows nothing of it. */
  const carolComesAfterBackup = async () => {
    const c = await world.person('carol').join()
    const backup = await world.backup()
    await online(a)
    await a.invite({ room: id, name: 'carol' })
    await invitation(c, id)
    await c.accept({ room: id })
    return { c, backup }
  }

  it('REC-5: is healed by what its devices have kept, and goes on', async () => {
    const backup = await world.backup()
    await online(a)
    for (const text of ['one', 'two']) await a.send({ room: id, text })
    await untilMessages(a, id, 2)
    await untilMessages(b, id, 2)
    await world.restore(backup)
    await stateIs(a, id, 'active')
    await b.send({ room: id, text: 'three' })
    await untilMessages(a, id, 3)
    await untilMessages(b, id, 3)
    for (const client of [a, b]) expect(await texts(client, id)).toEqual(['one', 'two', 'three'])
  })

  it('REC-5: what nobody has seen in the log, its author sends again', async () => {
    const backup = await world.backup()
    await Promise.all([a.close(), b.close()])
    const deaf = deafness()
    const a2 = await alice.open(deaf)
    await online(a2)
    await a2.send({ room: id, text: 'one' })
    await untilMessages(a2, id, 1)
    await world.restore(backup)
    deaf.end()
    const b2 = await bob.open()
    await untilMessages(b2, id, 1)
    await a2.send({ room: id, text: 'two' })
    await untilMessages(b2, id, 2)
    for (const client of [a2, b2]) expect(await texts(client, id)).toEqual(['one', 'two'])
  })

  it('REC-5: commits too: who was brought in since is still there', async () => {
    const { c, backup } = await carolComesAfterBackup()
    await c.send({ room: id, text: 'hello' })
    await untilMessages(a, id, 1)
    await world.restore(backup)
    await b.send({ room: id, text: 'hello carol' })
    await untilMessages(c, id, 2)
    await untilMessages(a, id, 2)
    expect(await texts(a, id)).toEqual(['hello', 'hello carol'])
  })

  it('REC-5: who was brought in since notices that the others have mended the room', async () => {
    const { c, backup } = await carolComesAfterBackup()
    await a.send({ room: id, text: 'hello carol' })
    await untilMessages(c, id, 1)
    await Promise.all([a.close(), b.close()])
    await world.restore(backup)
    await stateIs(c, id, 'frozen')
    await alice.open()
    await stateIs(c, id, 'active')
    expect(await texts(c, id)).toEqual(['hello carol'])
  })

  it('REC-6: where it has gone on with another history, an owner founds the room anew, and what was not sent comes along', async () => {
    await a.send({ room: id, text: 'one' })
    await untilMessages(b, id, 1)
    const backup = await world.backup()
    await b.close()
    await online(a)
    await a.send({ room: id, text: 'told to alice' })
    await untilMessages(a, id, 2)
    await a.close()
    await world.restore(backup)
    const b2 = await bob.open()
    await online(b2)
    await b2.send({ room: id, text: 'told to bob' })
    await untilMessages(b2, id, 2)
    const a2 = await alice.open()
    await stateIs(a2, id, 'frozen')
    expect(room(a2, id)?.state).toMatchObject({ code: 'fork', remedy: 'refound' })
    await expect(a2.send({ room: id, text: 'no' })).rejects.toMatchObject({ code: 'room_frozen' })
    const { room: anew } = await a2.refound({ room: id })
    expect(room(a2, id)?.state).toEqual({ kind: 'refounded', successor: anew })
    await invitation(b2, anew)
    await b2.accept({ room: anew })
    await until(b2, () => room(b2, id)?.state.kind === 'refounded')
    await b2.send({ room: anew, text: 'here we are' })
    await untilMessages(a2, anew, 1)
    expect(room(b2, anew)).toMatchObject({ name: 'General', memberCount: 2 })
    expect((await messages(a2, id)).map(({ text }) => text)).toEqual(['one', 'told to alice'])
  })
})

describe('a server that was restored from a copy older than a revocation', () => {
  let world: World
  beforeEach(async () => {
    world = await startWorld()
  })
  afterEach(() => world.end())

  /** Alice and Bob are owners: nobody may take her out but for her revocation. */
  const threeInARoom = async () => {
    const [alice, bob, carol] = [world.person('alice'), world.person('bob'), world.person('carol')]
    const [a, b, c] = [await alice.join(), await bob.join(), await carol.join()]
    const id = await meet(a, b, 'bob')
    await a.invite({ room: id, name: 'carol' })
    await invitation(c, id)
    await c.accept({ room: id })
    const { account } = b.state()
    if (account.kind !== 'signed_in') throw new Error('nobody')
    await a.setRole({ room: id, account: account.account, role: 'owner' })
    await b.send({ room: id, text: 'one' })
    for (const client of [a, b, c]) await untilMessages(client, id, 1)
    return { a, b, c, carol, id }
  }
  /** Whoever asks for somebody by name is shown the newest chain. */
  const looksAfterAlice = (client: Client, id: string): Promise<void> =>
    expect(client.invite({ room: id, name: 'alice' })).rejects.toMatchObject({ code: 'already_member' })

  it('REC-5: is handed it back before the leaf is taken out, and they talk on', async () => {
    const { a, b, c, id } = await threeInARoom()
    const backup = await world.backup()
    for (const client of [a, b, c]) await online(client)
    await a.logout({ forget: true })
    await looksAfterAlice(b, id)
    await world.restore(backup)
    await b.send({ room: id, text: 'two' })
    for (const client of [b, c]) await untilMessages(client, id, 2)
  })

  it('REC-5: is handed it back together with the log in which the leaf was taken out', async () => {
    const { a, b, c, carol, id } = await threeInARoom()
    const backup = await world.backup()
    for (const client of [a, b, c]) await online(client)
    await a.logout({ forget: true })
    await looksAfterAlice(b, id)
    await b.send({ room: id, text: 'two' })
    for (const client of [b, c]) await untilMessages(client, id, 2)
    await c.close()
    await world.restore(backup)
    await b.send({ room: id, text: 'three' })
    await untilMessages(b, id, 3)
    const c2 = await carol.open()
    await untilMessages(c2, id, 3)
    for (const client of [b, c2]) expect(await texts(client, id)).toEqual(['one', 'two', 'three'])
  })

  it('KP-7: hands out the key packages of a device that was given up, and nobody who knows of it takes them', async () => {
    const [alice, bob] = [world.person('alice'), world.person('bob')]
    const [a, b] = [await alice.join(), await bob.join()]
    const backup = await world.backup()
    for (const client of [a, b]) await online(client)
    const { room: id } = await a.createRoom({ name: 'General' })
    await b.logout({ forget: true })
    const invited = () => a.invite({ room: id, name: 'bob' })
    await expect(invited()).rejects.toMatchObject({ code: 'key_package_unavailable' })
    await world.restore(backup)
    await online(a)
    const { room: next } = await a.createRoom({ name: 'Next' })
    const again = a.invite({ room: next, name: 'bob' })
    await expect(again).rejects.toMatchObject({ code: 'key_package_unavailable' })
    expect(room(a, next)?.memberCount).toBe(1)
  })
})
