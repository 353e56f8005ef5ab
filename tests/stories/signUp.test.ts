import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Client } from '@sotto/client'
import { type Cut, runUntilCut } from './cut.ts'
import { invitation, online, room, until } from './talk.ts'
import { held, hurry, lineCut, noting, powerCut } from './weather.ts'
import { password, startWorld, type World } from './world.ts'

describe('Bob signs up, and Alice invites him before his device is ready', () => {
  let world: World
  beforeEach(async () => {
    world = await startWorld()
  })
  afterEach(() => world.end())

  it('CL-17: she waits, he comes in; and he is told that he has an account when others can invite him', async () => {
    const claims: string[] = []
    let refused = (): void => {}
    const refusal = new Promise<void>((resolve) => (refused = resolve))
    const a = await world.person('alice').join(
      noting('keypackages.claim', (outcome) => {
        claims.push(outcome)
        if (outcome === 'key_package_unavailable') refused()
      }),
    )
    const { room: id } = await a.createRoom({ name: 'General' })

    const publication = held('keypackages.publish')
    const b = await world.person('bob').open(publication)
    const signingUp = b.register({ name: 'bob', password })
    await publication.reached
    const inviting = a.invite({ room: id, name: 'bob' })
    await refusal
    expect(b.state().account.kind).toBe('none')
    expect(b.state().connection.kind).not.toBe('online')
    publication.release()
    await signingUp
    expect(b.state().account).toMatchObject({ kind: 'signed_in', name: 'bob' })
    await inviting
    expect(claims.at(-1)).toBe('ok')
    await invitation(b, id)
    await b.accept({ room: id })
    expect(room(b, id)).toMatchObject({ name: 'General', memberCount: 2 })
  })

  it('CL-17: where his device goes off before it is ready she is told after four tries; it is ready at its next start', async () => {
    const claims: string[] = []
    const a = await world
      .person('alice')
      .join({ ...noting('keypackages.claim', (outcome) => claims.push(outcome)), ...hurry })
    const { room: id } = await a.createRoom({ name: 'General' })
    const publication = held('keypackages.publish')
    const bob = world.person('bob')
    const b = await bob.open(publication)
    b.register({ name: 'bob', password }).catch(() => {})
    await publication.reached
    await b.close()

    await expect(a.invite({ room: id, name: 'bob' })).rejects.toMatchObject({
      code: 'key_package_unavailable',
    })
    expect(claims).toEqual(Array.from({ length: 4 }, () => 'key_package_unavailable'))
    const b2 = await bob.open()
    expect(b2.state().account).toMatchObject({ kind: 'signed_in', name: 'bob' })
    await online(b2)
    await a.invite({ room: id, name: 'bob' })
    await invitation(b2, id)
  })
})

describe('Bob signs up, and his device stops between any two steps', () => {
  let world: World
  let alice: Client
  let id: string
  beforeEach(async () => {
    world = await startWorld()
    alice = await world.person('alice').join(hurry)
    ;({ room: id } = await alice.createRoom({ name: 'General' }))
  })
  afterEach(() => world.end())

  const invite = async (name: string): Promise<void> => {
    for (;;)
      try {
        return await alice.invite({ room: id, name })
      } catch (error) {
        expect(error).toMatchObject({ code: 'key_package_unavailable' })
      }
  }

  /** After the next start, and the same words again where it has no account, others can invite him. */
  const surviveAs = async (name: string, cut: Cut): Promise<'done' | 'cut'> => {
    const bob = world.person(name)
    const register = (client: Client) => client.register({ name, password })
    const outcome = await runUntilCut(bob, cut, register)
    const client = await bob.open()
    if (client.state().account.kind === 'none')
      await register(client).catch((error: unknown) => {
        // The start has completed it meanwhile.
        expect(error).toMatchObject({ code: 'account_exists' })
      })
    await until(client, ({ account }) => account.kind === 'signed_in')
    await invite(name)
    await invitation(client, id)
    await client.close()
    return outcome
  }

  const everyPoint = async (cutAt: (at: number) => Cut): Promise<number> => {
    for (let at = 1; ; at++) {
      const outcome = await surviveAs(`bob${at}`, cutAt(at)).catch((error: unknown) => {
        throw new Error(`cut at ${at}`, { cause: error })
      })
      if (outcome === 'done') return at
    }
  }

  it('the power goes before or after any write', { timeout: 60_000 }, async () => {
    let writes = 0
    const when = (at: number) => powerCut(Math.ceil(at / 2), at % 2 === 0 ? 'before' : 'after')
    writes = await everyPoint(when)
    expect(writes).toBeGreaterThan(8)
  })

  it('the machine stops at any word to or from the server', { timeout: 60_000 }, async () => {
    expect(await everyPoint(lineCut)).toBeGreaterThan(10)
  })
})
