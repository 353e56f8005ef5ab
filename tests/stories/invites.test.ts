import { SottoError, type Transport } from '@sotto/client'
import { administer } from '@sotto/server/control'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { online } from './talk.ts'
import { first, losingAnswers } from './weather.ts'
import { password, startWorld, type Weather, type World } from './world.ts'

const lost = () => new SottoError('offline')

/** The call of this name never leaves. */
const losingRequest = (name: string): Weather => ({
  transport: (transport): Transport => ({
    ...transport,
    call: (op, input, token) => {
      if (op.name === name) throw lost()
      return transport.call(op, input, token)
    },
  }),
})

describe('Alice comes with an invite for one', () => {
  let world: World
  let invite: string
  beforeEach(async () => {
    world = await startWorld({ registration: 'invite' })
    const where = { dataDirectory: world.dataDirectory, publicUrl: null }
    const action = { do: 'invite.create', uses: 1, lifetimeMs: 3_600_000 } as const
    for await (const { key } of administer(where, action)) invite = key
  })
  afterEach(() => world.end())

  it('and is in; whoever comes with it afterwards is not, and one without is told what is missing', async () => {
    const [a, b] = [await world.person('alice').open(), await world.person('bob').open()]
    expect(await b.registrationMode({})).toBe('invite')
    await expect(b.register({ name: 'bob', password })).rejects.toMatchObject({ code: 'invite_required' })
    await a.register({ name: 'alice', password, invite })
    await online(a)
    await expect(b.register({ name: 'bob', password, invite })).rejects.toMatchObject({
      code: 'invite_invalid',
    })
  })

  it('the answer is lost: the same words complete it, although the invite is used up', async () => {
    const alice = world.person('alice')
    const a = await alice.open(losingAnswers(first(1, 'register.finish'), lost))
    await expect(a.register({ name: 'alice', password, invite })).rejects.toMatchObject({ code: 'offline' })
    await a.register({ name: 'alice', password, invite })
    await online(a)
  })

  it('the question is lost, and the device goes off: it asks again by itself, with the invite', async () => {
    const alice = world.person('alice')
    const a = await alice.open(losingRequest('register.finish'))
    await expect(a.register({ name: 'alice', password, invite })).rejects.toMatchObject({ code: 'offline' })
    await a.close()
    const a2 = await alice.open()
    await online(a2)
    expect(a2.state().account).toMatchObject({ kind: 'signed_in', name: 'alice' })
  })

  it('and takes a name that is taken: the invite is good for another one', async () => {
    const carol = await world.person('carol').open()
    const where = { dataDirectory: world.dataDirectory, publicUrl: null }
    const action = { do: 'invite.create', uses: 1, lifetimeMs: 3_600_000 } as const
    for await (const { key } of administer(where, action))
      await carol.register({ name: 'alice', password, invite: key })
    const a = await world.person('alice').open()
    await expect(a.register({ name: 'alice', password, invite })).rejects.toMatchObject({
      code: 'name_taken',
    })
    await a.register({ name: 'alicia', password, invite })
    await online(a)
  })
})
