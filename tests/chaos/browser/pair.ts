import type { BrowserContext } from '@playwright/test'
import { invitation, room as roomOf } from '../../stories/talk.ts'
import { judge, type Ledger, openLedger, readRoom, type Shown, type Verdict } from '../ledger.ts'
import { eventually } from '../patience.ts'
import type { Person } from '../world/person.ts'
import { password } from '../world/person.ts'
import { startWorld, type World } from '../world/world.ts'
import { launchChromium } from './chromium.ts'
import { openTab, type Row, type Tab } from './tab.ts'

const withinMs = 90_000

/** Alice at a browser and Bob at a device without a screen, in a room. */
export interface Pair {
  readonly world: World
  readonly context: BrowserContext
  readonly tab: Tab
  readonly bob: Person
  readonly room: string
  readonly ledger: Ledger
  /** Alice says something in a tab, until it stands there. */
  says(tab: Tab, text: string): Promise<void>
  bobSays(text: string): Promise<void>
  /** Compares what both see when everything has come; `tabs` are those that Alice looks at. */
  judge(tabs: readonly Tab[]): Promise<Verdict>
  end(): Promise<void>
}

export const roomName = 'General'

/** What a screen shows, in the terms of what a device says: places and senders as Bob's device has them. */
const onScreen = (rows: readonly Row[], { items, room }: Shown, who: string): Shown => {
  const messages = items.filter((item) => item.kind === 'message')
  return {
    room,
    who,
    items: rows.map(({ text, delivery }, at) => {
      const known = messages.find((item) => item.text === text)
      const sender = known?.sender ?? { account: '', name: '?', own: false, isBot: false }
      const seq = delivery === 'sending' || delivery === 'failed' ? null : (known?.seq ?? null)
      return { kind: 'message', id: `${at}`, seq, sender, text, timeMs: 0, delivery: { kind: 'sent' } }
    }),
  }
}

export const openPair = async (): Promise<Pair> => {
  const world = await startWorld()
  const browser = await launchChromium()
  const end = async (): Promise<void> => {
    await browser.close()
    await world.end()
  }
  try {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 } })
    const [tab, [bob]] = await Promise.all([openTab(context, world.url), world.people(['bob'])])
    if (!bob) throw new Error('bob is missing')
    await tab.signUp('alice', password)
    await tab.createGeneral()
    await tab.invite('bob')
    const { id: room } = await eventually('bob is invited', withinMs, () => bob.client.state().rooms[0])
    await invitation(bob.client, room)
    await bob.client.accept({ room })
    await eventually('bob is in', withinMs, () => roomOf(bob.client, room)?.state.kind === 'active')
    const ledger = openLedger()
    return {
      world,
      context,
      tab,
      bob,
      room,
      ledger,
      says: async (at, text) => {
        const said = ledger.say(room, 'alice', text)
        await at.say(roomName, text)
        said.stored = true
      },
      bobSays: async (text) => {
        const said = ledger.say(room, 'bob', text)
        await bob.client.send({ room, text })
        said.stored = true
      },
      judge: async (tabs) => {
        const wanted = ledger.all().filter(({ stored }) => stored)
        const atBob = async (): Promise<Shown> => ({
          room,
          who: 'bob',
          items: await readRoom(bob.client, room),
        })
        await eventually('everything has come', withinMs, async () => {
          const texts = new Set(
            (await atBob()).items.map((item) => (item.kind === 'message' ? item.text : '')),
          )
          return wanted.every(({ text }) => texts.has(text))
        }).catch(() => {})
        for (const { page } of tabs)
          await eventually('nothing is on its way', withinMs, async () => {
            return (await page.locator('article[data-delivery="sending"]').count()) === 0
          }).catch(() => {})
        const reference = await atBob()
        for (const item of reference.items)
          if (item.kind === 'message')
            ledger.heard(item.sender.name, room, [{ ...item, sender: { ...item.sender, own: true } }])
        const screens: Shown[] = []
        for (const [at, one] of tabs.entries())
          screens.push(onScreen(await one.read(roomName), reference, `alice, tab ${at + 1}`))
        return judge(ledger, [reference, ...screens])
      },
      end,
    }
  } catch (error) {
    await end()
    throw error
  }
}
