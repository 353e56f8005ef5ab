import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { Person } from './world/person.ts'
import { folderFor } from './world/folder.ts'
import { freePort, serve, sotto } from './world/sotto.ts'

const lines = 700

test('Alice comes back to 700 lines that Carol has piped into a room, in two tabs', async ({ browser }) => {
  test.setTimeout(300_000)
  const place = folderFor('unread')
  const server = await serve({
    port: await freePort(),
    data: join(place, 'data'),
    log: join(place, 'server.log'),
  })
  const profile = join(place, 'carol')
  const registered = await sotto(['register', 'carol', '--server', server.url, '--password-stdin'], {
    profile,
    input: 'carol in the terminal 1234\n',
  })
  expect(registered.exit, registered.err).toBe(0)

  const alice = await Person.arrive(browser, 'alice', server.url)
  await alice.signUp('a good password of alice')
  await alice.createGeneral()
  await alice.invite('carol')
  const invited = await sotto(['rooms', '--json'], { profile })
  const { room } = JSON.parse(invited.out.trim()) as { readonly room: string }
  expect((await sotto(['room', 'accept', room], { profile })).exit).toBe(0)
  // She is elsewhere while Carol writes.
  await alice.page.goto(`${server.url}/#/`)

  const text = Array.from({ length: lines }, (_, at) => `line ${at + 1}\n`).join('')
  const sent = await sotto(['send', 'General'], { profile, input: text })
  expect(sent.exit, sent.err).toBe(0)

  const second = await alice.secondTab(`${server.url}/#/`)
  const unreadIn = async (tab: Person): Promise<number> => {
    const label = await tab.page.getByRole('link', { name: /General/ }).innerText()
    return Number(/(\d+) unread message/.exec(label.replaceAll('\n', ' '))?.[1] ?? 0)
  }
  for (const tab of [alice, second]) await expect.poll(() => unreadIn(tab)).toBe(lines)

  const shown = (number: number) =>
    alice.page.locator('article').filter({ has: alice.page.getByText(`line ${number}`, { exact: true }) })
  await alice.open('General')
  await expect(shown(1)).toBeInViewport()
  // Both tabs count what is left, and that is more than what is not on this screen.
  await expect.poll(() => unreadIn(alice)).toBeLessThan(lines)
  const left = await unreadIn(alice)
  expect(left).toBeGreaterThan(lines - 60)
  await expect.poll(() => unreadIn(second)).toBe(left)

  await alice.page.keyboard.press('Alt+End')
  await expect(shown(lines)).toBeInViewport()
  await expect(alice.page.getByRole('group', { name: `${left} unread messages above` })).toBeVisible()
  expect(await unreadIn(second)).toBe(left)

  // A reload begins where one was; what was jumped over is still unread.
  await alice.page.reload()
  await expect(alice.page.getByRole('link', { name: /General/ })).toBeVisible()
  await expect.poll(() => unreadIn(alice)).toBe(left)
  await expect(shown(lines - left + 1)).toBeInViewport()

  await alice.page.keyboard.press('Alt+End')
  await alice.page.getByRole('button', { name: 'Mark as read' }).click()
  for (const tab of [alice, second]) await expect.poll(() => unreadIn(tab)).toBe(0)
  expect([...alice.complaints, ...second.complaints]).toEqual([])
  await alice.close()
  expect(await server.stop()).toBe(0)
})
