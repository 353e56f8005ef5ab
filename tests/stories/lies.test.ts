import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Client, Transport } from '@sotto/client'
import { meet, messages, online, room, texts, until, untilMessages } from './talk.ts'
import { type Person, startWorld, type Weather, type World } from './world.ts'

/** Changes what a page of the log says, `times` times. */
const spoilingPages = (times: number): Weather => ({
  transport: (transport): Transport => ({
    ...transport,
    call: async (op, input, token) => {
      const output = await transport.call(op, input, token)
      const page = output as { messages?: readonly { payload: Uint8Array | null }[] }
      if (op.name === 'room.log' && page.messages?.[0]?.payload && times-- > 0)
        page.messages[0].payload[20] = (page.messages[0].payload[20] ?? 0) ^ 1
      return output
    },
  }),
})

describe('a server that has lost its way, or lies', () => {
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

  const frozen = (client: Client) =>
    until(client, ({ rooms }) => {
      const state = rooms.find((one) => one.id === id)?.state
      return state?.kind === 'frozen' && state
    })

  it('F28: restored from an older backup, it has less than it confirmed: the room freezes and keeps what it has', async () => {
    const backup = await world.backup()
    await online(a)
    await a.send({ room: id, text: 'two' })
    await untilMessages(b, id, 2)
    await untilMessages(a, id, 2)
    await world.restore(backup)
    expect(await frozen(a)).toMatchObject({ code: 'server_rollback' })
    expect(await frozen(b)).toMatchObject({ code: 'server_rollback' })
    expect(await texts(b, id)).toEqual(['one', 'two'])
    await expect(a.send({ room: id, text: 'three' })).rejects.toMatchObject({ code: 'room_frozen' })
    await a.close()
    const again = await alice.open()
    expect(room(again, id)?.state).toMatchObject({ kind: 'frozen', code: 'server_rollback' })
  })

  it('F29: two histories for two people come to light when one sees the other', async () => {
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
    expect(await frozen(a2)).toMatchObject({ code: 'fork' })
    expect(await texts(a2, id)).toEqual(['one', 'told to alice'])
  })

  it('another server in its place is refused before anything is said to it', async () => {
    await world.restore(null)
    expect(await until(a, ({ connection }) => connection.kind === 'refused' && connection)).toEqual({
      kind: 'refused',
      code: 'integrity',
    })
    expect(room(a, id)?.state.kind).toBe('active')
    await a.send({ room: id, text: 'kept' })
    expect((await messages(a, id)).at(-1)).toMatchObject({ delivery: { kind: 'sending' } })
  })

  it('F14: a payload that was spoiled on the way is read once more', async () => {
    await b.close()
    await a.send({ room: id, text: 'two' })
    await untilMessages(a, id, 2)
    const b2 = await bob.open(spoilingPages(1))
    await untilMessages(b2, id, 2)
    expect(await texts(b2, id)).toEqual(['one', 'two'])
  })

  it('F14: one that stays spoiled freezes the room', async () => {
    await b.close()
    await a.send({ room: id, text: 'two' })
    await untilMessages(a, id, 2)
    const b2 = await bob.open(spoilingPages(Number.MAX_SAFE_INTEGER))
    expect(await frozen(b2)).toMatchObject({ code: 'integrity' })
    expect(await texts(b2, id)).toEqual(['one'])
  })

  it('F30: a device that was restored from a backup does not speak with keys that it has used', async () => {
    await a.close()
    const rows = new Map(alice.device.disk.rows)
    const a2 = await alice.open()
    await online(a2)
    await a2.send({ room: id, text: 'two' })
    await untilMessages(b, id, 2)
    await a2.close()
    alice.device.disk.rows.clear()
    for (const [key, value] of rows) alice.device.disk.rows.set(key, value)
    const a3 = await alice.open()
    await online(a3)
    // It finds words of its own that it does not know, and is stopped before it speaks.
    expect(await frozen(a3)).toMatchObject({ code: 'client_rollback' })
    await expect(a3.send({ room: id, text: 'two again' })).rejects.toMatchObject({ code: 'room_frozen' })
    expect(await texts(b, id)).toEqual(['one', 'two'])
  })

  it('F30: the same for one that had never spoken before: the server tells it at its first word', async () => {
    await b.close()
    const rows = new Map(bob.device.disk.rows)
    const b2 = await bob.open()
    await online(b2)
    await b2.send({ room: id, text: 'two' })
    await untilMessages(a, id, 2)
    await b2.close()
    bob.device.disk.rows.clear()
    for (const [key, value] of rows) bob.device.disk.rows.set(key, value)
    const b3 = await bob.open()
    await online(b3)
    for (const text of ['two again', 'three', 'four']) await b3.send({ room: id, text })
    expect(await frozen(b3)).toMatchObject({ code: 'client_rollback' })
    expect(await texts(a, id)).toEqual(['one', 'two'])
  })

  it('T5: a tab that was frozen and wakes up cannot write over what the next one wrote', async () => {
    const a2 = await alice.open()
    await online(a2)
    await a2.send({ room: id, text: 'from the new tab' })
    await untilMessages(b, id, 2)
    await expect(a.send({ room: id, text: 'from the old tab' })).rejects.toMatchObject({ code: 'fenced' })
    expect(a.state().connection).toEqual({ kind: 'refused', code: 'fenced' })
    await a2.send({ room: id, text: 'still here' })
    await untilMessages(b, id, 3)
    expect(await texts(b, id)).toEqual(['one', 'from the new tab', 'still here'])
  })
})
