import { operations, toHex } from '@sotto/protocol'
import { afterEach, describe, expect, it } from 'vitest'
import type { Client, RoomView } from '@sotto/client'
import { invitation, online, room, texts, timeline, until, untilMessages } from './talk.ts'
import { hurry } from './weather.ts'
import { startWorld, type Weather, type World } from './world.ts'

let world: World
afterEach(() => world.end())

const active = (client: Client, id: string): Promise<RoomView> =>
  until(client, ({ rooms }) => rooms.find((one) => one.id === id && one.state.kind === 'active'))

const waiting = (client: Client): Promise<true> =>
  until(client, ({ openRoom }) => openRoom?.standing === 'waiting')

/** Looks for the open room and presses join. */
const press = async (client: Client): Promise<string> => {
  const found = await client.findOpenRoom({})
  if (!found) throw new Error('there is no open room')
  await client.joinOpenRoom({ room: found.room })
  return found.room
}

const comeIn = async (client: Client): Promise<string> => {
  const id = await press(client)
  await active(client, id)
  return id
}

const names = async (client: Client, id: string): Promise<readonly string[]> =>
  (await client.members({ room: id })).map(({ name }) => name).toSorted()

const started = async (config: Parameters<typeof startWorld>[0] = {}) => {
  world = await startWorld(config)
  const alice = world.person('alice')
  const hers = await alice.join(hurry)
  const { room: id } = await hers.createRoom({ name: 'General', isOpen: true })
  return { alice, hers, id }
}

const heldByAll = async (id: string, clients: readonly Client[], said: readonly string[]): Promise<void> => {
  for (const client of clients) {
    await untilMessages(client, id, said.length)
    expect(await texts(client, id)).toEqual(said)
  }
}

describe('the open room of a server', () => {
  it('OPEN-8 is found by whoever registers later, opens by itself, and each hears the other', async () => {
    const { hers, id } = await started()
    const bob = await world.person('bob').join(hurry)
    expect(await bob.findOpenRoom({})).toMatchObject({
      room: id,
      name: 'General',
      memberCount: 1,
      standing: 'outside',
    })
    await comeIn(bob)
    expect(room(bob, id)).toMatchObject({ name: 'General', isOpen: true, memberCount: 2 })
    expect(bob.state().openRoom).toMatchObject({ standing: 'inside', sinceMs: null })
    // Whoever comes in sees who has brought them, and who is there, before anything is said.
    expect(await timeline(bob, id)).toMatchObject([
      { kind: 'event', event: { kind: 'added', name: 'bob' }, actor: { name: 'alice' } },
    ])
    expect(await names(bob, id)).toEqual(['alice', 'bob'])
    await hers.send({ room: id, text: 'hello Bob' })
    await untilMessages(bob, id, 1)
    await bob.send({ room: id, text: 'hello Alice' })
    await heldByAll(id, [hers, bob], ['hello Bob', 'hello Alice'])
  })

  it('OPEN-8 says that it waits while no member is there, also after a restart, and opens when one comes', async () => {
    const { alice, hers, id } = await started()
    await hers.close()
    const bob = world.person('bob')
    const first = await bob.join(hurry)
    await press(first)
    await waiting(first)
    await first.close()
    const again = await bob.open(hurry)
    await waiting(again)
    const back = await alice.open(hurry)
    await active(again, id)
    await again.send({ room: id, text: 'here I am' })
    await heldByAll(id, [back, again], ['here I am'])
  })

  it('OPEN-6 any member brings people in: the one who made the room need not be there', async () => {
    const { hers, id } = await started()
    const bob = await world.person('bob').join(hurry)
    await comeIn(bob)
    await hers.close()
    const carol = await world.person('carol').join(hurry)
    await comeIn(carol)
    expect(await timeline(carol, id)).toMatchObject([
      { kind: 'event', event: { kind: 'added', name: 'carol' }, actor: { name: 'bob' } },
    ])
    await carol.send({ room: id, text: 'thanks' })
    await heldByAll(id, [bob, carol], ['thanks'])
  })

  it('OPEN-6 of many members one brings in, and the others notice', async () => {
    const { hers, id } = await started()
    const members = [hers]
    for (const name of ['bob', 'carol', 'dave']) {
      const next = await world.person(name).join(hurry)
      await comeIn(next)
      members.push(next)
    }
    const erin = await world.person('erin').join(hurry)
    await comeIn(erin)
    await erin.send({ room: id, text: 'all here' })
    for (const member of members) await untilMessages(member, id, 1)
    const added = (await timeline(hers, id)).filter(
      (item) => item.kind === 'event' && item.event.kind === 'added',
    )
    expect(added).toHaveLength(4)
  })

  it('OPEN-8 is asked for no more by whoever takes it back', async () => {
    const { alice, hers, id } = await started()
    await hers.close()
    const bob = await world.person('bob').join(hurry)
    await press(bob)
    await waiting(bob)
    await bob.withdrawJoin({})
    expect(bob.state().openRoom).toMatchObject({ standing: 'outside', sinceMs: null })
    const back = await alice.open(hurry)
    // Carol asks after Bob has taken his wish back: when she is in, he would be, too.
    const carol = await world.person('carol').join(hurry)
    await comeIn(carol)
    expect(await names(back, id)).toEqual(['alice', 'carol'])
  })
})

describe('two who are first', () => {
  it('OPEN-2 end in one room: the second is told, and joins', async () => {
    world = await startWorld()
    const both = [await world.person('alice').join(hurry), await world.person('bob').join(hurry)]
    const made = await Promise.allSettled(
      both.map((client) => client.createRoom({ name: 'General', isOpen: true })),
    )
    const late = made.findIndex(({ status }) => status === 'rejected')
    expect(made.filter(({ status }) => status === 'rejected')).toHaveLength(1)
    expect((made[late] as PromiseRejectedResult).reason).toMatchObject({ code: 'open_room_taken' })
    const [second, first] = [both[late] as Client, both[1 - late] as Client]
    expect(second.state().rooms).toEqual([])
    const id = await comeIn(second)
    await first.send({ room: id, text: 'one' })
    await untilMessages(second, id, 1)
    await second.send({ room: id, text: 'two' })
    await heldByAll(id, both, ['one', 'two'])
  })

  it('OPEN-2 the second is told the name of the room that there is', async () => {
    await started()
    const bob = await world.person('bob').join(hurry)
    await expect(bob.createRoom({ name: 'General', isOpen: true })).rejects.toMatchObject({
      code: 'open_room_taken',
      detail: { name: 'General' },
    })
    // A room that is not open may be called the same.
    const { room: own } = await bob.createRoom({ name: 'General' })
    expect(room(bob, own)?.isOpen).toBe(false)
  })
})

describe('the owner of an open room', () => {
  it('OPEN-6 closes it, and opens it again: others hear of it, and bring nobody in meanwhile', async () => {
    const { hers, id } = await started()
    const bob = await world.person('bob').join(hurry)
    await comeIn(bob)
    const carol = await world.person('carol').join(hurry)
    await expect(bob.setOpenness({ room: id, isOpen: false })).rejects.toMatchObject({ code: 'forbidden' })
    await hers.setOpenness({ room: id, isOpen: false })
    await until(bob, ({ rooms }) => rooms.find((one) => one.id === id)?.isOpen === false)
    expect(await carol.findOpenRoom({})).toBeNull()
    await expect(carol.joinOpenRoom({ room: id })).rejects.toMatchObject({ code: 'not_found' })
    // Whoever is invited by name is told of the metadata as they are now, by whomever.
    await bob.invite({ room: id, name: 'carol' })
    await invitation(carol, id)
    await carol.accept({ room: id })
    expect(room(carol, id)).toMatchObject({ name: 'General', isOpen: false })
    await hers.setOpenness({ room: id, isOpen: true })
    for (const client of [bob, carol])
      await until(client, ({ rooms }) => rooms.find((one) => one.id === id)?.isOpen === true)
    await hers.close()
    await comeIn(await world.person('dave').join(hurry))
  })

  it('META-3 a member who was away learns it afterwards, and can bring people in', async () => {
    const { alice, hers, id } = await started()
    const bob = world.person('bob')
    const his = await bob.join(hurry)
    await comeIn(his)
    await his.close()
    await hers.setOpenness({ room: id, isOpen: false })
    // Epochs go by, in which nobody seals the metadata anew.
    const carol = await world.person('carol').join(hurry)
    await hers.invite({ room: id, name: 'carol' })
    const { account } = (await hers.members({ room: id })).find(({ name }) => name === 'carol') ?? {}
    await hers.setRole({ room: id, account: account as string, role: 'admin' })
    await hers.close()
    const back = await bob.open(hurry)
    await until(back, ({ rooms }) => rooms.find((one) => one.id === id)?.isOpen === false)
    const dave = await world.person('dave').join(hurry)
    await back.invite({ room: id, name: 'dave' })
    await invitation(dave, id)
    await dave.accept({ room: id })
    expect(room(dave, id)).toMatchObject({ name: 'General', isOpen: false })
    await carol.close()
    await (await alice.open(hurry)).close()
  })

  it('OPEN-6 takes somebody out, who does not come back through the open door, not even by newer members', async () => {
    const { hers, id } = await started()
    const mallory = await world.person('mallory').join(hurry)
    await comeIn(mallory)
    const { account } = (await hers.members({ room: id })).find(({ name }) => name === 'mallory') ?? {}
    await hers.removeMember({ room: id, account: account as string })
    await until(mallory, ({ rooms }) => rooms.find((one) => one.id === id)?.state.kind === 'removed')
    const bob = await world.person('bob').join(hurry)
    await comeIn(bob)
    await hers.close()
    await expect(press(mallory)).rejects.toMatchObject({ code: 'forbidden' })
    expect((await mallory.findOpenRoom({}))?.standing).toBe('removed')
    // Whoever deletes what was kept forgets having been taken out.
    await mallory.deleteRoom({ room: id })
    await press(mallory)
    await waiting(mallory)
    // Carol asks after her and is brought in by Bob: he has seen both.
    const carol = await world.person('carol').join(hurry)
    await comeIn(carol)
    expect(await names(bob, id)).toEqual(['alice', 'bob', 'carol'])
    expect(mallory.state().openRoom?.standing).toBe('waiting')
    expect(room(mallory, id)).toBeUndefined()
  })

  it('OPEN-3 takes the open door along when the last one leaves', async () => {
    const { hers, id } = await started()
    await hers.leave({ room: id })
    expect(await hers.findOpenRoom({})).toBeNull()
  })
})

describe('a server that lies', () => {
  /** Says of a room that it is the open one, and that somebody asks to come in. */
  const lying = (lie: { room?: Uint8Array; asker?: Uint8Array; asked: number }): Weather => ({
    ...hurry,
    transport: (transport) => ({
      ...transport,
      call: async (op, input, token) => {
        const output = await transport.call(op, input, token)
        if (op.name !== operations.readAskers.name || !lie.room) return output
        if (toHex((input as { room: Uint8Array }).room) === toHex(lie.room)) lie.asked += 1
        const { askers } = output as { askers: readonly object[] }
        return { askers: [...askers, { account: lie.asker, askedMs: 1 }] } as never
      },
      live: (token, listener) =>
        transport.live(token, (event) => {
          listener(event)
          if (event.kind !== 'frame' || event.frame.kind !== 'behind' || !lie.room) return
          listener({ kind: 'frame', frame: { kind: 'behind', room: lie.room, head: 0 } })
        }),
    }),
  })

  it('OPEN-6 about a private room gets nobody in', async () => {
    world = await startWorld()
    const lie: Parameters<typeof lying>[0] = { asked: 0 }
    const alice = await world.person('alice').join(lying(lie))
    const { room: open } = await alice.createRoom({ name: 'General', isOpen: true })
    const { room: hidden } = await alice.createRoom({ name: 'Private' })
    const mallory = await world.person('mallory').join(hurry)
    const { account } = mallory.state().account as { account: string }
    lie.room = new Uint8Array(Buffer.from(hidden, 'hex'))
    lie.asker = new Uint8Array(Buffer.from(account, 'hex'))
    const bob = await world.person('bob').join(hurry)
    expect(await comeIn(bob)).toBe(open)
    expect(await names(alice, hidden)).toEqual(['alice'])
    expect(lie.asked).toBe(0)
  })

  it('OPEN-8 about which room is open leads nobody into another without being asked', async () => {
    world = await startWorld()
    const mallory = await world.person('mallory').join(hurry)
    const { room: trap } = await mallory.createRoom({ name: 'General' })
    const id = new Uint8Array(Buffer.from(trap, 'hex'))
    const bob = await world.person('bob').join({
      ...hurry,
      transport: (transport) => ({
        ...transport,
        call: async (op, input, token) => {
          if (op.name === operations.readOpenRoom.name)
            return { open: { room: id, name: 'General', sinceMs: 1, members: 3 }, askedMs: 1 } as never
          if (op.name === operations.askToJoin.name) return { askedMs: 1 } as never
          return transport.call(op, input, token)
        },
      }),
    })
    await press(bob)
    await mallory.invite({ room: trap, name: 'bob' })
    await until(bob, ({ openRoom }) => openRoom?.standing === 'outside')
    expect(await invitation(bob, trap)).toMatchObject({ state: { kind: 'invited', inviter: 'mallory' } })
    expect(await names(mallory, trap)).toEqual(['bob', 'mallory'])
  })
})

describe('an empty house', () => {
  it('OPEN-9 shows who else is on this server', async () => {
    world = await startWorld()
    const alice = await world.person('alice').join()
    expect(await alice.people({})).toEqual([])
    const bob = await world.person('bob').join()
    expect((await alice.people({})).map(({ name }) => name)).toEqual(['bob'])
    expect((await bob.people({})).map(({ name }) => name)).toEqual(['alice'])
    await online(alice)
  })
})
