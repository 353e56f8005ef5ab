import { createHash } from 'node:crypto'
import { readFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { filesUnder, leaks } from './world/canary.ts'
import { Person } from './world/person.ts'
import { record } from './world/recorder.ts'
import { freePort, serve, sotto } from './world/sotto.ts'
import { folderFor } from './world/folder.ts'

const canary = 'Canary-7f3a91c2-nightingale'
const roomName = `Quiet room ${canary}`
const passwords = {
  alice: 'alice keeps this to herself 4711',
  bob: 'bob keeps another one 0815 ok',
  carol: 'carol in the terminal 1234',
}

/** What people write, and what programs stumble over. */
const special = [
  'Grüße 👋🏽 👩‍👩‍👧‍👦 🏳️‍🌈',
  'שלום עולם, and back to English',
  'مرحبا بالعالم',
  '<script>alert("owned")</script>',
  '"double" \'single\' one ` tick &amp; \\ %s ${x} {{y}}',
  '<img src=x onerror=alert(1)>',
  `secret ${canary}`,
]
/** A long text as something that a failing test can print. */
const brief = (text: string): string =>
  text.length < 200 ? text : `${text.length} characters, ${createHash('sha256').update(text).digest('hex')}`
const long = `${'A long letter. '.repeat(1092)}End.`

test('Alice, Bob and Carol in the terminal talk; the server learns nothing', async ({ browser }) => {
  test.setTimeout(600_000)
  const place = folderFor('journey')
  const data = join(place, 'data')
  const log = join(place, 'server.log')
  const port = await freePort()
  const server = await serve({ port, data, log })
  const tap = await record(port)

  const alice = await Person.arrive(browser, 'alice', tap.url)
  const bob = await Person.arrive(browser, 'bob', tap.url)
  await alice.signUp(passwords.alice)
  await bob.signUp(passwords.bob)

  await alice.createGeneral()
  await alice.invite('bob')
  await bob.accept('General')

  const said: string[] = []
  for (let i = 0; i < 50; i++) {
    const ofAlice = special[i] ?? (i === 10 ? long : `Alice says ${i}`)
    const ofBob =
      i < special.length ? `Bob answers: ${special[i]}` : i === 11 ? `Bob: ${long}` : `Bob says ${i}`
    await alice.say('General', ofAlice)
    await bob.hears(ofAlice.slice(0, 60))
    await bob.say('General', ofBob)
    await alice.hears(ofBob.slice(0, 60))
    said.push(ofAlice, ofBob)
  }
  await alice.allSent()
  await bob.allSent()

  await test.step('after a reload everything is there, once, in order', async () => {
    for (const person of [alice, bob]) {
      await person.page.reload()
      await person.enters('General')
      const seen = await person.readAll('General')
      expect(seen.map((row) => brief(row.text))).toEqual(said.map(brief))
      expect(new Set(seen.map((row) => row.delivery))).toEqual(new Set(['sent']))
    }
  })

  await test.step('Carol joins from a terminal and talks with both', async () => {
    const carol = { profile: join(place, 'carol') }
    const registered = await sotto(['register', 'carol', '--server', tap.url, '--password-stdin'], {
      ...carol,
      input: `${passwords.carol}\n`,
    })
    expect(registered, registered.err).toMatchObject({ exit: 0 })
    await alice.invite('carol')
    const invited = await sotto(['rooms', '--json'], carol)
    const invitation = invited.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { room: string })
      .at(0)
    expect(invitation).toBeDefined()
    const accepted = await sotto(['room', 'accept', invitation?.room ?? ''], carol)
    expect(accepted, accepted.err).toMatchObject({ exit: 0 })
    const sent = await sotto(['send', 'General', `Carol is here, ${canary}`], carol)
    expect(sent, sent.err).toMatchObject({ exit: 0 })
    await alice.hears(`Carol is here, ${canary}`)
    await bob.hears(`Carol is here, ${canary}`)
    await alice.say('General', 'Welcome, Carol')
    await bob.hears('Welcome, Carol')
    await bob.say('General', 'Hello from Bob')
    await alice.hears('Hello from Bob')
    await alice.allSent()
    await bob.allSent()
    const received = await sotto(['receive', 'General', '--json', '--timeout', '5'], carol)
    const lines = received.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { sender: string; text: string })
    expect(lines.map(({ sender, text }) => [sender, text])).toEqual(
      expect.arrayContaining([
        ['alice', 'Welcome, Carol'],
        ['bob', 'Hello from Bob'],
      ]),
    )
    expect(lines.some(({ text }) => text === said[20])).toBe(false)
  })

  await test.step('a second room with a telling name', async () => {
    await alice.page.getByRole('button', { name: 'New room' }).click()
    const dialog = alice.page.getByRole('dialog')
    await dialog.getByLabel('Room name').fill(roomName)
    await dialog.getByRole('button', { name: 'Create room' }).click()
    await alice.enters(roomName)
    await alice.say(roomName, `Alone here, ${canary}`)
    await alice.allSent()
  })

  await test.step('pictures for the README', async () => {
    const pictures = join(import.meta.dirname, '../../build/pictures')
    mkdirSync(pictures, { recursive: true })
    await alice.open('General')
    for (const scheme of ['light', 'dark'] as const) {
      await alice.page.emulateMedia({ colorScheme: scheme })
      await alice.page.screenshot({ path: join(pictures, `conversation-${scheme}.png`) })
    }
  })

  expect(alice.complaints).toEqual([])
  expect(bob.complaints).toEqual([])
  await alice.close()
  await bob.close()
  const traffic = tap.traffic()
  await tap.close()
  expect(await server.stop()).toBe(0)

  await test.step('T-CANARY: no secret in database, files, log or traffic, in any form', () => {
    const places = new Map([
      ...filesUnder(data),
      ['traffic', traffic] as const,
      ['log', readFileSync(log)] as const,
    ])
    expect(traffic.length).toBeGreaterThan(100_000)
    // The search works: what the server may know is found.
    expect(leaks({ name: 'alice' }, places)).not.toEqual([])
    expect(
      leaks(
        {
          text: `secret ${canary}`,
          canary,
          'room name': roomName,
          'password of alice': passwords.alice,
          'password of bob': passwords.bob,
          'password of carol': passwords.carol,
          'ordinary text': 'Alice says 33',
          markup: special[3] ?? '',
        },
        places,
      ),
    ).toEqual([])
  })
})
