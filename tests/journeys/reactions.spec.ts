import { join } from 'node:path'
import { expect, type Locator, test } from '@playwright/test'
import { folderFor } from './world/folder.ts'
import { Person } from './world/person.ts'
import { freePort, serve, sotto } from './world/sotto.ts'

const chip = (message: Locator, name: string): Locator => message.getByRole('button', { name, exact: true })

/** By pointer: the emoji beside what was said, and one of those that stand ready. */
const react = async ({ page }: Person, message: Locator, emoji: string): Promise<void> => {
  await message.hover()
  await message.getByRole('button', { name: 'React' }).click()
  await page.getByRole('dialog', { name: 'React' }).getByRole('button', { name: emoji }).first().click()
}

test('Alice and Bob in browsers and Carol in a terminal react to what was said, and take it back', async ({
  browser,
}) => {
  test.setTimeout(300_000)
  const place = folderFor('reactions')
  const server = await serve({
    port: await freePort(),
    data: join(place, 'data'),
    log: join(place, 'server.log'),
  })
  const alice = await Person.arrive(browser, 'alice', server.url)
  const bob = await Person.arrive(browser, 'bob', server.url)
  await alice.signUp('alice keeps this to herself 4711')
  await bob.signUp('bob keeps another one 0815 ok')
  const carol = { profile: join(place, 'carol') }
  const registered = await sotto(['register', 'carol', '--server', server.url, '--password-stdin'], {
    ...carol,
    input: 'carol in the terminal 1234\n',
  })
  expect(registered, registered.err).toMatchObject({ exit: 0 })
  await alice.createGeneral()
  await alice.invite('bob')
  await bob.accept('General')
  await alice.invite('carol')
  expect(await sotto(['room', 'accept'], carol)).toMatchObject({ exit: 0 })
  await alice.say('General', 'Lunch at noon?')
  await bob.hears('Lunch at noon?')
  const at = (person: Person) => person.page.getByRole('article').filter({ hasText: 'Lunch at noon?' })

  await test.step('Bob reacts, and Alice sees whose it is', async () => {
    await react(bob, at(bob), '👍')
    await expect(chip(at(bob), '👍 1: you')).toHaveAttribute('aria-pressed', 'true')
    await expect(chip(at(alice), '👍 1: bob')).toHaveAttribute('aria-pressed', 'false')
  })

  await test.step('Carol reacts from her terminal, and reads what the others have said', async () => {
    const reacted = await sotto(['react', 'General', '🎉', '--json'], carol)
    expect(reacted, reacted.err).toMatchObject({ exit: 0 })
    expect(JSON.parse(reacted.out)).toMatchObject({ emoji: '🎉', isOn: true })
    for (const person of [alice, bob]) await expect(chip(at(person), '🎉 1: carol')).toBeVisible()
    const chat = await sotto(['chat', 'General', '--json'], { ...carol, input: '' })
    const lines = chat.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { text?: string; reactions?: object })
    expect(lines.find(({ text }) => text === 'Lunch at noon?')?.reactions).toEqual([
      { emoji: '👍', count: 1, own: false, names: ['bob'] },
      { emoji: '🎉', count: 1, own: true, names: [] },
    ])
  })

  await test.step('Alice joins in by key; both take theirs back by a press on it', async () => {
    await alice.page.getByRole('region', { name: /^Messages in/ }).focus()
    await alice.page.keyboard.press('ArrowUp')
    await expect(at(alice)).toBeFocused()
    await alice.page.keyboard.press('r')
    await alice.page.keyboard.press('Enter')
    await expect(chip(at(bob), '👍 2: you, alice')).toBeVisible()
    await chip(at(bob), '👍 2: you, alice').click()
    await expect(chip(at(alice), '👍 1: you')).toBeVisible()
    await chip(at(alice), '👍 1: you').click()
    for (const person of [alice, bob])
      await expect(at(person).getByRole('group', { name: 'Reactions' }).getByRole('button')).toHaveCount(1)
  })

  await test.step('a reload shows the same', async () => {
    await bob.page.reload()
    await bob.enters('General')
    await expect(chip(at(bob), '🎉 1: carol')).toBeVisible()
  })

  for (const person of [alice, bob]) {
    expect(person.complaints).toEqual([])
    await person.context.close()
  }
  expect(await server.stop()).toBe(0)
})
