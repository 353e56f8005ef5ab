import { afterEach, describe, expect, it } from 'vitest'
import { type Script, scriptOf } from './script.ts'
import { meet, until, untilMessages, untilTimeline } from './talk.ts'
import { startWorld, type World } from './world.ts'

let world: World | undefined
afterEach(() => world?.end())

const postUntilRefused = async (script: Script) => {
  for (let i = 0; i < 100; i++) {
    const posted = await script.post('x'.repeat(3000))
    if (posted.status !== 201) return posted
  }
  throw new Error('nothing was refused')
}

describe('a hook that has posted as much as it may', () => {
  it('is refused alone: its maker and everybody else speak on, and it is revoked', async () => {
    world = await startWorld({
      limits: {
        hookPostsPerMinute: 100_000,
        hookPostBurst: 100_000,
        storedBytesPerHookPerDay: 30_000,
        // The posts alone are more than this.
        storedBytesPerAccountPerDay: 40_000,
      },
    })
    const alice = await world.person('alice').join()
    const bob = await world.person('bob').join()
    const id = await meet(alice, bob, 'bob')
    const [hook, other] = [
      await alice.createHook({ room: id, name: 'Deploys' }),
      await alice.createHook({ room: id, name: 'Backups' }),
    ]
    const url = world.server().url
    expect(await postUntilRefused(scriptOf(url, hook))).toMatchObject({ status: 507, code: 'quota' })
    expect(await postUntilRefused(scriptOf(url, other))).toMatchObject({ status: 507, code: 'quota' })
    await alice.send({ room: id, text: 'I can speak' })
    await bob.send({ room: id, text: 'and so can I' })
    for (const client of [alice, bob]) await untilMessages(client, id, 2)
    await alice.revokeHook({ room: id, hook: hook.hook })
    expect((await scriptOf(url, other).post('still me')).code).toBe('quota')
  })
})

describe('an account that has stored as much as it may', () => {
  it('is told whose budget is used up; what is written waits, and others are removed meanwhile', async () => {
    world = await startWorld({ limits: { storedBytesPerAccountPerDay: 60_000 } })
    const alice = await world.person('alice').join()
    const bob = await world.person('bob').join()
    const id = await meet(alice, bob, 'bob')
    const long = 'x'.repeat(14_000)
    for (let i = 0; i < 6; i++) await alice.send({ room: id, text: long })
    const isTold = (of: 'account'): Promise<unknown> =>
      untilTimeline(alice, id, (items) =>
        items.some(
          (item) =>
            item.kind === 'message' && item.delivery.kind === 'sending' && item.delivery.noSpace === of,
        ),
      )
    await isTold('account')
    await bob.send({ room: id, text: 'Bob has room' })
    await untilTimeline(alice, id, (items) =>
      items.some((item) => item.kind === 'message' && item.text === 'Bob has room'),
    )
    const members = await alice.members({ room: id })
    const account = members.find(({ name }) => name === 'bob')?.account ?? ''
    await alice.removeMember({ room: id, account })
    await until(bob, ({ rooms }) => rooms.find((one) => one.id === id)?.state.kind === 'removed')
  })
})
