import { operations } from '@sotto/protocol'
import { describe, expect, it } from 'vitest'
import { connect, publish, register } from './client/device.ts'
import { acceptWelcome, catchUp, createRoom, invite, say, write } from './client/room.ts'
import { testServer } from './client/testServer.ts'

describe('Alice and Bob', () => {
  it('meet in a room and talk, over HTTP and the live lane', async () => {
    const server = await testServer()
    const alice = await register(server.url, 'alice')
    const bob = await register(server.url, 'bob')
    await publish(bob)
    const bobs = await connect(bob)

    const hers = await createRoom(alice)
    await say(hers, 'before Bob')
    await catchUp(hers)
    await invite(hers, bob.account)
    await bobs.next('welcome')

    const his = await acceptWelcome(bob, hers.id)
    await say(hers, 'hello Bob')
    const pushed = await bobs.next('entries', ({ ack }) => ack.seq === 3)
    expect(pushed.messages).toHaveLength(1)
    expect(await catchUp(his)).toBe('member')
    expect(his.texts).toEqual(['hello Bob'])

    const { message } = await write(his, 'hello Alice')
    const ack = await bobs.submit(his.id, message)
    expect(ack.seq).toBe(4)
    await catchUp(hers)
    expect(hers.texts).toEqual(['before Bob', 'hello Bob', 'hello Alice'])

    const { rooms } = await bob.call(operations.listRooms, {})
    expect(rooms.map(({ epoch, head }) => [epoch, head.seq])).toEqual([[1, 4]])
    const { welcomes } = await bob.call(operations.listWelcomes, {})
    expect(welcomes).toEqual([])
  })
})
