import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type Client, SottoError } from '@sotto/client'
import { invitation, online, room, until } from './talk.ts'
import { first, losingAnswers } from './weather.ts'
import { password, startWorld, type World } from './world.ts'

describe('several people are invited at once', () => {
  let world: World
  let alice: Client
  let bob: Client
  let dave: Client

  beforeAll(async () => {
    world = await startWorld({ limits: { welcomesWaitingMax: 1 } })
    alice = await world.person('alice').join()
    bob = await world.person('bob').join()
    dave = await world.person('dave').join()
    await world.person('carol').join()
  })
  afterAll(() => world.end())

  it('and each hears of it, whatever is refused of the others', async () => {
    const { room: other } = await alice.createRoom({ name: 'First' })
    // Carol does not answer, and no second invitation may wait for her.
    await alice.invite({ room: other, name: 'carol' })
    const { room: id } = await alice.createRoom({ name: 'Second' })
    const names = ['bob', 'carol', 'nobody', ' bob', 'dave']
    expect(await alice.inviteAll({ room: id, names })).toEqual([
      { name: 'bob', failure: null },
      { name: 'carol', failure: { code: 'rate', detail: {} } },
      { name: 'nobody', failure: { code: 'name_unknown', detail: {} } },
      { name: 'dave', failure: null },
    ])
    for (const client of [bob, dave]) {
      await online(client)
      await invitation(client, id)
      await client.accept({ room: id })
    }
    for (const client of [alice, bob, dave])
      await until(client, ({ rooms }) => rooms.some((one) => one.id === id && one.memberCount === 3))
    expect(room(dave, id)).toMatchObject({ name: 'Second', memberCount: 3 })
    expect(await alice.inviteAll({ room: id, names: ['dave'] })).toEqual([
      { name: 'dave', failure: { code: 'already_member', detail: {} } },
    ])
  })

  it('but not into a room of which one is no member', async () => {
    await expect(bob.inviteAll({ room: '00'.repeat(16), names: ['dave'] })).rejects.toMatchObject({
      code: 'room_unknown',
    })
  })
})

describe('Bob sleeps for a month while an invitation waits for him', () => {
  const dayMs = 86_400_000
  let world: World
  afterEach(() => world.end())

  it('CL-18: and its keys are kept although the line breaks as he looks who has invited him', async () => {
    let aheadMs = 0
    const nowMs = (): number => Date.now() + aheadMs
    world = await startWorld({ clock: { nowMs }, clockIsRight: true })
    const [alice, bob] = [await world.person('alice').join(), world.person('bob')]
    await (await bob.join()).close()
    const { room: id } = await alice.createRoom({ name: 'General' })
    await alice.invite({ room: id, name: 'bob' })
    await alice.close()
    aheadMs = 31 * dayMs
    await world.restart()
    const looked = first(1, 'welcome.list')
    const late = await bob.open({
      scheduler: (scheduler) => ({ ...scheduler, nowMs }),
      ...losingAnswers(looked, () => new SottoError('timeout')),
    })
    await late.login({ name: 'bob', password })
    await invitation(late, id)
    await late.accept({ room: id })
    expect(room(late, id)).toMatchObject({ name: 'General', memberCount: 2, state: { kind: 'active' } })
  })
})
