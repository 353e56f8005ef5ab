import { operations } from '@sotto/protocol'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Client } from '@sotto/client'
import { invitation, meet, messages, online, untilMessages } from './talk.ts'
import { password, type Person, startWorld, type Weather, type World } from './world.ts'

/** Tells when a commit has been taken: what is said in a room goes another way. */
const watchCommits = (): { readonly weather: Weather; next(): Promise<void> } => {
  let told = (): void => {}
  return {
    next: () => new Promise((resolve) => (told = resolve)),
    weather: {
      transport: (transport) => ({
        ...transport,
        call: async (op, input, token) => {
          const output = await transport.call(op, input, token)
          if (op.name === operations.submitMessage.name) told()
          return output
        },
      }),
    },
  }
}

describe('CL-10: a device that was given up', () => {
  const commits = watchCommits()
  let world: World
  let carol: Person
  let a: Client
  let b: Client
  let c: Client
  let id: string
  beforeEach(async () => {
    world = await startWorld()
    const people = ['alice', 'bob', 'carol'].map(world.person)
    const joined = people.map(async (person) => {
      const client = await person.open(commits.weather)
      await client.register({ name: person.name, password })
      return client
    })
    ;[a, b, c] = (await Promise.all(joined)) as [Client, Client, Client]
    carol = people[2] as Person
    id = await meet(a, b, 'bob')
    await a.invite({ room: id, name: 'carol' })
    await invitation(c, id)
    await c.accept({ room: id })
    await a.send({ room: id, text: 'all three' })
    for (const client of [a, b, c]) await untilMessages(client, id, 1)
  })
  afterEach(() => world.end())

  /** Between the two messages stands one entry: the commit that takes the leaf out. */
  const isTakenOutBetween = async (client: Client): Promise<void> => {
    const [first, second] = await messages(client, id)
    expect(second?.seq).toBe((first?.seq ?? 0) + 2)
    // There is no leaf of Bob any more, and no key package that one could be made of.
    const invited = client.invite({ room: id, name: 'bob' })
    await expect(invited).rejects.toMatchObject({ code: 'key_package_unavailable' })
  }

  it('is taken out before anybody says more, without anybody asking for it', async () => {
    const taken = commits.next()
    await b.logout({ forget: true })
    await taken
    await c.send({ room: id, text: 'without Bob' })
    for (const client of [a, c]) await untilMessages(client, id, 2)
    for (const client of [a, c]) await isTakenOutBetween(client)
  })

  it('is taken out by who was away when it was given up', async () => {
    await Promise.all([a.close(), c.close()])
    await b.logout({ forget: true })
    const c2 = await carol.open()
    await online(c2)
    await c2.send({ room: id, text: 'without Bob' })
    await untilMessages(c2, id, 2)
    await isTakenOutBetween(c2)
  })
})
