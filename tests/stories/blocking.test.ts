import type { Client } from '@sotto/client'
import { operations } from '@sotto/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { invitation, online, until } from './talk.ts'
import { hurry } from './weather.ts'
import { password, type Person, startWorld, type Weather, type World } from './world.ts'

describe('somebody floods Bob with invitations', () => {
  let world: World
  let mallory: Client
  let alice: Client
  let bob: Client
  let bobs: Person
  beforeAll(async () => {
    world = await startWorld()
    // Who is blocked is told what is told of somebody who has just signed up, and tries again for a while.
    mallory = await world.person('mallory').join(hurry)
    alice = await world.person('alice').join()
    bobs = world.person('bob')
    bob = await bobs.join()
    await Promise.all([mallory, alice, bob].map(online))
  })
  afterAll(() => world.end())

  const invitedBy = async (who: Client, name: string): Promise<string> => {
    const { room } = await who.createRoom({ name })
    await who.invite({ room, name: 'bob' })
    await invitation(bob, room)
    return room
  }
  const invitations = (client: Client) => client.state().rooms.filter(({ state }) => state.kind === 'invited')

  it('he declines all of them at once', async () => {
    for (const name of ['one', 'two', 'three']) await invitedBy(mallory, name)
    expect(await bob.declineAll({})).toEqual({ count: 3 })
    expect(invitations(bob)).toEqual([])
    expect(await bob.declineAll({})).toEqual({ count: 0 })
  })

  it('CL-16: he blocks who it is: what waits goes, nothing more comes, and others are not concerned', async () => {
    const [one] = [await invitedBy(mallory, 'four'), await invitedBy(mallory, 'five')]
    const hers = await invitedBy(alice, 'Garden')
    await bob.block({ inviterOf: one })
    expect(invitations(bob).map(({ id }) => id)).toEqual([hers])
    expect(await bob.blocked({})).toMatchObject([{ name: 'mallory' }])
    const { room } = await mallory.createRoom({ name: 'six' })
    await expect(mallory.invite({ room, name: 'bob' })).rejects.toMatchObject({
      code: 'key_package_unavailable',
    })
    await bob.accept({ room: hers })
    await until(bob, ({ rooms }) => rooms.find(({ id, state }) => id === hers && state.kind === 'active'))
  })

  it('DEL-14: what the server does not know to have handed out is claimed once more', async () => {
    let claims = 0
    const forgetful: Weather = {
      transport: (transport) => ({
        ...transport,
        call: async (op, input, token) => {
          const answer = await transport.call(op, input, token)
          if (op.name !== operations.claimKeyPackages.name || ++claims > 1) return answer
          // What has been handed out until now is of no use from here on.
          await bob.block({ name: 'carol' })
          await bob.unblock({ name: 'carol' })
          return answer
        },
      }),
    }
    const carol = await world.person('carol').open(forgetful)
    await carol.register({ name: 'carol', password })
    await online(carol)
    const id = await invitedBy(carol, 'Choir')
    expect(claims).toBe(2)
    await bob.decline({ room: id })
  })

  it('CL-16: a restart forgets none of it, and he takes it back when he likes', async () => {
    await bob.close()
    bob = await bobs.open()
    await online(bob)
    expect(await bob.blocked({})).toMatchObject([{ name: 'mallory' }])
    await bob.unblock({ name: 'mallory' })
    expect(await bob.blocked({})).toEqual([])
    await expect(bob.unblock({ name: 'mallory' })).rejects.toMatchObject({ code: 'not_found' })
    await bob.block({ name: 'mallory' })
    await bob.unblock({ name: 'mallory' })
    await invitedBy(mallory, 'seven')
    await expect(bob.block({ name: 'bob' })).rejects.toMatchObject({ code: 'bad_request' })
    await expect(bob.block({ name: 'nobody' })).rejects.toMatchObject({ code: 'name_unknown' })
  })
})
