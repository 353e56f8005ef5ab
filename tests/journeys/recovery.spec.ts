import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type Browser, expect, test } from '@playwright/test'
import { Person } from './world/person.ts'
import { freePort, serve, sotto } from './world/sotto.ts'
import { folderFor } from './world/folder.ts'

/** What stands on the screen, without what is only read out. */
const main = (person: Person) => person.page.getByRole('main')

const begin = async (name: string) => {
  const place = folderFor(name)
  const data = join(place, 'data')
  const options = { port: await freePort(), data, log: join(place, 'server.log') }
  return { place, data, options, server: await serve(options) }
}

/** Keeps a directory as it is now, to be put back later. */
const keep = (directory: string) => {
  const copy = `${directory}.copy`
  cpSync(directory, copy, { recursive: true, filter: (path) => !path.endsWith('.sock') })
  return {
    putBack: () => {
      rmSync(directory, { recursive: true })
      cpSync(copy, directory, { recursive: true })
    },
  }
}

const aliceAndBob = async (browser: Browser, url: string) => {
  const alice = await Person.arrive(browser, 'alice', url)
  const bob = await Person.arrive(browser, 'bob', url)
  await alice.signUp('a good password of alice')
  await bob.signUp('a good password of bob 22')
  await alice.createGeneral()
  await alice.invite('bob')
  await bob.accept('General')
  return { alice, bob }
}

/** Carol in a terminal, as a member of General. */
const carolJoins = async (alice: Person, place: string, url: string) => {
  const carol = { profile: join(place, 'carol') }
  const registered = await sotto(['register', 'carol', '--server', url, '--password-stdin'], {
    ...carol,
    input: 'a password of carol\n',
  })
  expect(registered, registered.err).toMatchObject({ exit: 0 })
  await alice.invite('carol')
  const accepted = await sotto(['room', 'accept'], carol)
  expect(accepted, accepted.err).toMatchObject({ exit: 0 })
  return carol
}

interface RoomLine {
  readonly room: string
  readonly state: string
  readonly name: string
}
const roomsOf = async (carol: { readonly profile: string }): Promise<readonly RoomLine[]> =>
  (await sotto(['rooms', '--json'], carol)).out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as RoomLine)

test('a server that has lost messages and taken others: the room stops in words and is founded anew', async ({
  browser,
}) => {
  test.setTimeout(600_000)
  const { place, data, options, server } = await begin('refound')
  const { alice, bob } = await aliceAndBob(browser, server.url)
  const carol = await carolJoins(alice, place, server.url)
  await alice.say('General', 'before')
  await bob.hears('before')
  await alice.allSent()
  const roomUrl = alice.page.url()

  expect(await server.stop()).toBe(0)
  const copy = keep(data)
  const second = await serve(options)
  await alice.say('General', 'what the server will lose')
  await bob.hears('what the server will lose')
  await alice.allSent()
  // Nobody who knows better is there when the old copy is put back, and Carol goes on with it.
  await alice.page.close()
  await bob.page.close()
  expect(await second.stop()).toBe(0)
  copy.putBack()
  const third = await serve(options)
  const sent = await sotto(['send', 'General', 'in its place'], carol)
  expect(sent, sent.err).toMatchObject({ exit: 0 })

  const alice2 = await alice.secondTab(roomUrl)
  const bob2 = await bob.secondTab(roomUrl)
  await test.step('both are told what happened, what is safe, and what each of them can do', async () => {
    for (const person of [alice2, bob2]) {
      await expect(main(person).getByText('This room is frozen.')).toBeVisible()
      await expect(main(person).getByText(/a different history of this room/)).toBeVisible()
      await expect(main(person).getByText(/is unchanged/)).toBeVisible()
      await expect(person.composer('General')).toHaveCount(0)
      await person.hears('what the server will lose')
    }
    await expect(main(bob2).getByRole('region', { name: /This room is frozen/ })).toContainText(
      'Ask an owner: alice',
    )
    await expect(bob2.page.getByRole('button', { name: 'Start this room again' })).toHaveCount(0)
  })

  await test.step('Alice founds the room anew', async () => {
    await alice2.page.getByRole('button', { name: 'Start this room again' }).click()
    const dialog = alice2.page.getByRole('alertdialog', { name: 'Start General again?' })
    await expect(dialog.getByRole('listitem')).toHaveCount(3)
    await dialog.getByRole('checkbox').check()
    await dialog.getByRole('button', { name: 'Start this room again' }).click()
    await expect(main(alice2).getByText('You started this room again.')).toBeVisible()
    await alice2.enters('General')
    expect(alice2.page.url()).not.toBe(roomUrl)
    await alice2.say('General', 'here we go on')
  })

  await test.step('Bob comes along, and finds the way from the old room', async () => {
    await bob2.page.getByRole('link', { name: /Invitation/ }).click()
    await expect(
      main(bob2).getByText('This may be the room in which it continues').locator('..'),
    ).toContainText('alice is an owner of General')
    await bob2.page.getByRole('button', { name: 'Accept' }).click()
    await bob2.enters('General')
    await bob2.say('General', 'with you')
    await alice2.hears('with you')

    await bob2.page.goto(roomUrl)
    await expect(main(bob2).getByText('This room continues in a new one.')).toBeVisible()
    await expect(bob2.composer('General')).toHaveCount(0)
    await bob2.hears('what the server will lose')
    await bob2.page.getByRole('button', { name: 'Go to the new room' }).click()
    await bob2.hears('with you')
    await alice2.page.getByRole('link', { name: 'Read the earlier room' }).click()
    await expect(main(alice2).getByText('This room continues in a new one.')).toBeVisible()
  })

  await test.step('Carol comes along in her terminal', async () => {
    const accepted = await sotto(['room', 'accept'], carol)
    expect(accepted, accepted.err).toMatchObject({ exit: 0 })
    const rooms = await roomsOf(carol)
    expect(rooms.map(({ name, state }) => `${name} ${state}`)).toEqual(
      expect.arrayContaining(['General active', 'General refounded']),
    )
    expect((await sotto(['send', 'General', 'me too'], carol)).exit).toBe(0)
    await bob2.hears('me too')
  })

  for (const person of [alice2, bob2]) {
    expect(person.complaints).toEqual([])
    await person.close()
  }
  expect(await third.stop()).toBe(0)
})

test('a server that is set back while its people are there gets back what it has lost', async ({
  browser,
}) => {
  test.setTimeout(300_000)
  const { data, options, server } = await begin('heal')
  const { alice, bob } = await aliceAndBob(browser, server.url)
  await alice.say('General', 'before')
  await bob.hears('before')
  await alice.allSent()
  expect(await server.stop()).toBe(0)
  const copy = keep(data)
  const second = await serve(options)
  const lost = ['one', 'two', 'three'].map((word) => `lost ${word}`)
  for (const text of lost) {
    await alice.say('General', text)
    await bob.hears(text)
  }
  await alice.allSent()
  expect(await second.stop()).toBe(0)
  copy.putBack()
  const third = await serve(options)

  await alice.say('General', 'after')
  await bob.hears('after')
  await bob.say('General', 'and after that')
  await alice.hears('and after that')
  for (const person of [alice, bob]) {
    await person.allSent()
    await expect(main(person).getByText('This room is frozen.')).toHaveCount(0)
    const seen = await person.readAll('General')
    expect(seen.map(({ text }) => text)).toEqual(['before', ...lost, 'after', 'and after that'])
    expect(person.complaints).toEqual([])
    await person.close()
  }
  expect(await third.stop()).toBe(0)
})

test('a device that was set back to an older copy takes its place again and says so', async ({ browser }) => {
  test.setTimeout(300_000)
  const { place, server } = await begin('setback')
  const alice = await Person.arrive(browser, 'alice', server.url)
  await alice.signUp('a good password of alice')
  await alice.createGeneral()
  const carol = await carolJoins(alice, place, server.url)
  expect((await sotto(['send', 'General', 'before'], carol)).exit).toBe(0)
  const copy = keep(carol.profile)
  expect((await sotto(['send', 'General', 'not in the copy'], carol)).exit).toBe(0)
  await alice.say('General', 'meanwhile')
  await alice.allSent()
  copy.putBack()

  await test.step('in the terminal', async () => {
    const chat = await sotto(['chat', 'General'], {
      ...carol,
      input: 'back again\n',
      keepOpenUntil: 'new keys',
    })
    expect(chat, chat.err).toMatchObject({ exit: 0 })
    expect(chat.out).toContain('This device has gone back to an older state.')
    expect(chat.out).toContain('You have rejoined with new keys')
    const [room] = await roomsOf(carol)
    expect(room).toMatchObject({ name: 'General', state: 'active' })
  })

  await test.step('on the screen of the others', async () => {
    await expect(main(alice).getByText('carol rejoined with new keys')).toBeVisible()
    await alice.hears('back again')
    const seen = await alice.readAll('General')
    expect(seen.map(({ text }) => text)).toEqual(['before', 'not in the copy', 'meanwhile', 'back again'])
  })
  expect(alice.complaints).toEqual([])
  await alice.close()
  expect(await server.stop()).toBe(0)
})

test('an owner gives roles and takes people out; each sees what it means for them', async ({ browser }) => {
  test.setTimeout(300_000)
  const { place, server } = await begin('members')
  const { alice, bob } = await aliceAndBob(browser, server.url)
  const carol = await carolJoins(alice, place, server.url)
  const acts = (person: Person) => person.page.getByRole('button', { name: /^Actions for/ })
  const choose = async (person: Person, name: string, item: string) => {
    await person.page.getByRole('button', { name: `Actions for ${name}` }).click()
    await person.page.getByRole('menuitem', { name: item }).click()
    return person.page.getByRole('alertdialog')
  }

  await bob.page.keyboard.press('Control+.')
  await expect(bob.page.getByRole('list', { name: 'Members' }).getByRole('listitem')).toHaveCount(3)
  await expect(acts(bob)).toHaveCount(0)
  await alice.page.keyboard.press('Control+.')
  await expect(acts(alice)).toHaveCount(2)

  await test.step('Bob becomes an admin', async () => {
    const dialog = await choose(alice, 'bob', 'Change role')
    await dialog.getByRole('radio', { name: 'Admin' }).check()
    await dialog.getByRole('button', { name: 'Change role' }).click()
    await expect(dialog).toBeHidden()
    await expect(main(bob).getByText('alice made bob an admin')).toBeAttached()
    const members = await sotto(['room', 'members', 'General', '--json'], carol)
    expect(members.out).toMatch(/"name":"bob","role":"admin"/)
  })

  await test.step('Bob takes Carol out; she cannot write any more, and what she has stays', async () => {
    // Not Alice, who is an owner, and not himself.
    await expect(acts(bob)).toHaveCount(1)
    const dialog = await choose(bob, 'carol', 'Remove from the room')
    await dialog.getByRole('button', { name: 'Remove', exact: true }).click()
    await expect(dialog).toBeHidden()
    await expect(main(alice).getByText('bob removed carol')).toBeVisible()
    const rooms = await sotto(['rooms'], carol)
    expect(rooms.out).toContain('you are no longer a member')
    expect((await sotto(['send', 'General', 'still there?'], carol)).exit).toBe(6)
  })

  await test.step('Alice takes Bob out; his screen says so', async () => {
    const dialog = await choose(alice, 'bob', 'Remove from the room')
    await dialog.getByRole('button', { name: 'Remove', exact: true }).click()
    await expect(dialog).toBeHidden()
    await expect(main(bob).getByText('You are no longer a member of this room.')).toBeVisible()
    await expect(bob.composer('General')).toHaveCount(0)
    await expect(acts(alice)).toHaveCount(0)
    await alice.say('General', 'alone now')
    await alice.allSent()
  })

  for (const person of [alice, bob]) {
    expect(person.complaints).toEqual([])
    await person.close()
  }
  expect(await server.stop()).toBe(0)
})
