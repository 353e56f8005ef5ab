import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Sotto } from '@sotto/client'
import { openSotto } from '@sotto/client/node'
import { expect, test } from '@playwright/test'
import { startExample } from '../bots/world/process.ts'
import { folderFor } from './world/folder.ts'
import { type Obstructed, obstructed, type Way, ways } from './world/obstacle.ts'
import { Person } from './world/person.ts'
import { freePort, serve, sotto } from './world/sotto.ts'

const password = 'correct horse battery staple'
/** How soon everybody is back when what stood between is gone. */
const backWithinMs = 15_000

/** Each period of coming back takes its time. */
const waysAtOnce = 3

/** `sotto receive --follow` as somebody leaves it running. */
const follow = (profile: string) => {
  const bin = fileURLToPath(new URL('../../packages/cli/bin/sotto.mjs', import.meta.url))
  const args = [bin, '--profile', profile, 'receive', 'General', '--follow', '--json']
  const child = spawn(process.execPath, args, { env: { ...process.env, NO_COLOR: '1' } })
  let out = ''
  let err = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text))
  return {
    said: () => err,
    heard: () =>
      out
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as { readonly seq: number; readonly text: string }),
    end: async () => {
      const ended = once(child, 'close')
      child.kill('SIGTERM')
      await ended
    },
  }
}

const inviteAll = async (alice: Sotto, names: readonly string[]): Promise<void> => {
  for (const name of names)
    await expect(async () => {
      await alice.invite('General', name).catch((error: unknown) => {
        if (!(error as { code?: string }).code?.startsWith('already_')) throw error
      })
    }).toPass()
}

/** Alice, who is at the server itself, and three who reach it through what may stand between. */
const arrange = async (browser: Parameters<typeof Person.arrive>[0]) => {
  const place = folderFor('obstacles')
  const start = async (name: string) =>
    serve({ port: await freePort(), data: join(place, name), log: join(place, `${name}.log`) })
  const server = await start('server')
  const [web, terminal, bot] = [
    await obstructed(server.port),
    await obstructed(server.port),
    await obstructed(server.port),
  ]
  const alice = await openSotto({
    profile: join(place, 'alice'),
    server: server.url,
    name: 'alice',
    password,
  })
  await alice.createRoom('General')

  const dave = await Person.arrive(browser, 'dave', web.url)
  await dave.signUp(password)
  const bob = join(place, 'bob')
  const registered = await sotto(['register', 'bob', '--server', terminal.url, '--password-stdin'], {
    profile: bob,
    input: password,
  })
  expect(registered.exit).toBe(0)
  const echo = startExample('echo', { SOTTO_PROFILE: join(place, 'echo'), SOTTO_SERVER: bot.url })
  await expect.poll(() => inviteAll(alice, ['dave', 'bob', 'echo']).then(() => 'invited')).toBe('invited')
  await dave.accept('General')
  const accepted = await sotto(['room', 'accept', alice.room('General').id], { profile: bob })
  expect(accepted.exit).toBe(0)
  const following = follow(bob)
  return { start, server, between: [web, terminal, bot] as const, alice, dave, echo, following }
}

const times = (texts: readonly string[], text: string): number => texts.filter((one) => one === text).length

test('whatever answers for the server: web, terminal and bot are back when it is gone, with every message once', async ({
  browser,
}) => {
  test.setTimeout(600_000)
  const { start, server, between, alice, dave, echo, following } = await arrange(browser)
  const heardByAlice: string[] = []
  alice.on('message', ({ text }) => heardByAlice.push(text))
  const said: string[] = []

  /** Alice says something while the others cannot hear it. */
  const say = async (text: string): Promise<void> => {
    said.push(text)
    await (
      await alice.send('General', text)
    ).delivered
  }
  /** Answers of these kinds by turns, so many of them to each of the three. */
  const standing = async (some: readonly Way[], requests: number): Promise<void> => {
    for (const one of between) {
      let turn = 0
      one.stand((asked, answer) => some[turn++ % some.length]?.(asked, answer))
    }
    for (const one of between)
      await expect.poll(() => one.answered(), { timeout: 60_000 }).toBeGreaterThanOrEqual(requests)
  }
  /** The bot has answered, which shows that it has heard and can speak; the browser shows that answer, too. */
  const allAreBack = async (text: string): Promise<void> => {
    for (const one of between) one.goAway()
    const goneMs = performance.now()
    const restMs = (): number => Math.max(1, backWithinMs - (performance.now() - goneMs))
    await expect.poll(() => times(heardByAlice, text), { timeout: restMs(), message: `bot, ${text}` }).toBe(1)
    const heard = () => following.heard().map(({ text: one }) => one)
    await expect.poll(() => times(heard(), text), { timeout: restMs(), message: `terminal, ${text}` }).toBe(2)
    const shown = dave.page.locator('article[data-message]').filter({ hasText: text })
    await expect(shown, `web, ${text}`).toHaveCount(2, { timeout: restMs() })
  }

  await say('before anything')
  await allAreBack('before anything')
  const all = Object.entries(ways)
  for (let at = 0; at < all.length; at += waysAtOnce) {
    const some = all.slice(at, at + waysAtOnce)
    await test.step(some.map(([name]) => name).join(', '), async () => {
      await standing(
        some.map(([, way]) => way),
        some.length,
      )
      const text = `behind ${some[0]?.[0]}, and so on`
      await say(text)
      if (at === 0)
        await expect(dave.page.getByText(/Something other than the Sotto server answers/)).toBeVisible()
      await allAreBack(text)
    })
  }

  await test.step('all of it by turns, for as long as it takes to be asked least often', async () => {
    await standing(
      all.map(([, way]) => way),
      6,
    )
    await say('heard behind all of it')
    await dave.say('General', 'written behind all of it')
    said.push('written behind all of it')
    await allAreBack('heard behind all of it')
    await expect.poll(() => times(heardByAlice, 'written behind all of it')).toBe(2)
  })

  await test.step('another server, which has proven that it is another', async () => {
    const other = await start('other')
    const toOther = (one: Obstructed): void => {
      one.stand(() => {})
      one.goAway(other.port)
    }
    between.forEach(toOther)
    await expect(
      dave.page.getByText(/The server that answers is not the one this device knows/),
    ).toBeVisible()
    await say('behind another server')
    await allAreBack('behind another server')
    await other.stop()
  })

  const texts = (await dave.readAll('General')).map(({ text }) => text)
  // What was said, and what the bot has made of it.
  for (const text of said) expect(times(texts, text), text).toBe(2)
  const places = following.heard().map(({ seq }) => seq)
  expect(places).toEqual([...new Set(places)].toSorted((a, b) => a - b))
  expect(
    times(
      following.heard().map(({ text }) => text),
      'written behind all of it',
    ),
  ).toBe(2)
  expect(dave.complaints).toEqual([])

  await following.end()
  await echo.kill()
  await dave.close()
  await alice.close()
  for (const one of between) await one.close()
  expect(await server.stop()).toBe(0)
})
