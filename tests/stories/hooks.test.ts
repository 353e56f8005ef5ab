import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Client, NewHook, TimelineItem } from '@sotto/client'
import { type Script, scriptOf } from './script.ts'
import { invitation, meet, timeline, untilTimeline } from './talk.ts'
import { startWorld, type World } from './world.ts'

type Posted = Extract<TimelineItem, { kind: 'hook' }>

const isPosted = (item: TimelineItem): item is Posted => item.kind === 'hook'

const posted = async (client: Client, id: string): Promise<readonly Posted[]> =>
  (await timeline(client, id)).filter(isPosted)

/** What came under hooks, once there are so many. */
const untilPosted = async (client: Client, id: string, count: number): Promise<readonly Posted[]> =>
  (await untilTimeline(client, id, (items) => items.filter(isPosted).length >= count)).filter(isPosted)

describe('a script posts into a room', () => {
  let world: World
  let alice: Client
  let bob: Client
  let id: string
  let hook: NewHook
  let script: Script

  beforeAll(async () => {
    world = await startWorld()
    alice = await world.person('alice').join()
    bob = await world.person('bob').join()
    id = await meet(alice, bob, 'bob')
    hook = await alice.createHook({ room: id, name: 'Deploys' })
    script = scriptOf(world.server().url, hook)
  })
  afterAll(() => world.end())

  it('both see it as the hook, and nobody as a person', async () => {
    expect(await script.post('build *42* is green')).toMatchObject({ status: 201 })
    expect(await script.post('signed the same, sealed to RSA', { kind: 'RSA' })).toMatchObject({
      status: 201,
    })
    for (const client of [alice, bob]) {
      const items = await untilPosted(client, id, 2)
      expect(items).toMatchObject([
        { hook: hook.hook, name: 'Deploys', text: 'build *42* is green', fault: null },
        { hook: hook.hook, name: 'Deploys', text: 'signed the same, sealed to RSA', fault: null },
      ])
      const all = await timeline(client, id)
      expect(all.filter(({ kind }) => kind === 'message')).toEqual([])
      expect(all.find((item) => item.kind === 'event' && item.event.kind === 'hook_added')).toMatchObject({
        actor: { name: 'alice' },
        event: { name: 'Deploys' },
      })
    }
    expect(bob.state().rooms[0]).toMatchObject({ unread: 2, latest: { sender: 'Deploys' } })
  })
})
