import { type Client, remoteClient, serveClient, SottoError, textDraft } from '@sotto/client'
import { timerScheduler } from '@sotto/client/node'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { air } from './air.ts'
import { runUntilCut } from './cut.ts'
import { meet, online, room, texts, timeline, until, untilMessages } from './talk.ts'
import { powerCut } from './weather.ts'
import { type Person, startWorld, type World } from './world.ts'

let ids = 0
/** A tab that looks on: what it writes, the client behind the border keeps. */
const tabOf = async (client: Client): Promise<Client> => {
  const [near, far] = air()
  serveClient(client, far, 'first')
  const tab = remoteClient(near, () => (ids++).toString(16).padStart(32, '0'), {
    scheduler: timerScheduler,
    silent: () => new SottoError('profile_in_use'),
  })
  await until(tab, ({ account }) => account.kind === 'signed_in')
  return tab
}

const untilDraft = (client: Client, id: string, text: string): Promise<unknown> =>
  until(client, ({ rooms }) => {
    const draft = rooms.find((one) => one.id === id)?.draft
    return JSON.stringify(draft) === JSON.stringify(textDraft(text))
  })

describe('what Alice is writing', () => {
  let world: World
  let alice: Person
  let bob: Client
  let id: string

  beforeAll(async () => {
    world = await startWorld({ limits: { messagesPerSecond: 1000 } })
    alice = world.person('alice')
    const a = await alice.join()
    bob = await world.person('bob').join()
    id = await meet(a, bob, 'bob')
    await a.close()
  })
  afterAll(() => world.end())

  it('is there after the next start, also what was written just before the end', async () => {
    const a = await alice.open()
    // Whoever asks a client that ends hears that it has ended, whatever it has still stored.
    a.setDraft({ room: id, draft: textDraft('half a sentence') }).catch(() => {})
    await a.close()
    const again = await alice.open()
    expect(room(again, id)?.draft).toEqual(textDraft('half a sentence'))
    await again.close()
  })

  it('is the same in both tabs, the last to write wins, and said in one it is gone in both', async () => {
    const a = await alice.open()
    await online(a)
    const [one, other] = [await tabOf(a), await tabOf(a)]
    const first = one.setDraft({ room: id, draft: textDraft('from one tab') })
    await other.setDraft({ room: id, draft: textDraft('from the other') })
    await first
    await Promise.all([untilDraft(one, id, 'from the other'), untilDraft(other, id, 'from the other')])
    await one.sendDraft({ room: id, draft: textDraft('from the other') })
    await Promise.all([untilDraft(one, id, ''), untilDraft(other, id, '')])
    await untilMessages(bob, id, 1)
    expect(await texts(bob, id)).toEqual(['from the other'])
    await a.close()
  })

  it('stays where a program of the same account says something, and where it cannot be said', async () => {
    const a = await alice.open()
    await online(a)
    await a.setDraft({ room: id, draft: textDraft('not yet') })
    await a.send({ room: id, text: 'from a program' })
    await expect(a.sendDraft({ room: id, draft: textDraft('\u200b') })).rejects.toMatchObject({
      code: 'text_empty',
    })
    expect(room(a, id)?.draft).toEqual(textDraft('not yet'))
    await untilMessages(bob, id, 2)
    await a.close()
  })

  it('is either a draft or a message after a crash between any two steps, never both and never none', async () => {
    const seen = new Set<string>()
    for (let half = 0; ; half++) {
      const cut = powerCut(1 + Math.floor(half / 2), half % 2 === 0 ? 'before' : 'after')
      const text = `written before crash ${half}`
      const before = await alice.open()
      await before.setDraft({ room: id, draft: textDraft(text) })
      await before.close()
      const outcome = await runUntilCut(alice, cut, async (client) => {
        await client.sendDraft({ room: id, draft: textDraft(text) })
      })
      const after = await alice.open()
      const isDraft = JSON.stringify(room(after, id)?.draft) === JSON.stringify(textDraft(text))
      const said = (await timeline(after, id)).filter((item) => item.kind === 'message' && item.text === text)
      expect(said.length + (isDraft ? 1 : 0), text).toBe(1)
      seen.add(isDraft ? 'draft' : 'message')
      await after.close()
      if (outcome === 'done') break
    }
    expect(seen).toEqual(new Set(['draft', 'message']))
  })

  it('is gone with the room', async () => {
    const a = await alice.open()
    await online(a)
    const { room: gone } = await a.createRoom({ name: 'For a moment' })
    const words = 'never said in this room'
    await a.setDraft({ room: gone, draft: textDraft(words) })
    const late = a.setDraft({ room: gone, draft: textDraft(`${words}, either`) })
    await a.leave({ room: gone })
    await a.deleteRoom({ room: gone })
    await late
    await a.close()
    const rows = [...alice.device.disk.rows.keys()]
    expect(rows.filter((key) => key.startsWith(`rooms/${gone}/`) && key.endsWith('/draft'))).toEqual([])
  })
})
