import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { folderFor } from './world/folder.ts'
import { Person } from './world/person.ts'
import { freePort, serve } from './world/sotto.ts'

const passwords = {
  alice: 'alice keeps this to herself 4711',
  bob: 'bob keeps another one 0815 ok',
  carol: 'carol comes a little later 1234',
}

const pressMain = (person: Person): Promise<void> =>
  person.page.getByRole('button', { name: 'Create “General”' }).click()

test('Alice and Bob both press the main button: they end in one General and hear each other', async ({
  browser,
}) => {
  test.setTimeout(600_000)
  const place = folderFor('open-room')
  const port = await freePort()
  const server = await serve({ port, data: join(place, 'data'), log: join(place, 'server.log') })
  const alice = await Person.arrive(browser, 'alice', server.url)
  const bob = await Person.arrive(browser, 'bob', server.url)
  await alice.signUp(passwords.alice)
  await bob.signUp(passwords.bob)

  // Neither has looked at what the other does: both screens offer the same.
  await expect(bob.page.getByRole('checkbox', { name: 'Open to everyone here' })).toBeChecked()
  await Promise.all([pressMain(alice), pressMain(bob)])
  await Promise.all([alice.enters('General'), bob.enters('General')])
  await alice.say('General', 'Is anybody here?')
  await bob.hears('Is anybody here?')
  await bob.say('General', 'I am!')
  await alice.hears('I am!')
  await expect(alice.page.getByText('2 members').first()).toBeVisible()

  // Whoever comes while nobody is there is told so, and comes in when somebody is.
  await alice.close()
  await bob.page.goto('about:blank')
  const carol = await Person.arrive(browser, 'carol', server.url)
  await carol.signUp(passwords.carol)
  await carol.page.getByRole('button', { name: 'Join General' }).click()
  await expect(
    carol.page.getByRole('heading', { name: 'Waiting for a member of General to come online' }),
  ).toBeVisible()
  await bob.page.goto(server.url)
  await carol.enters('General')
  await carol.say('General', 'There you are')
  await bob.open('General')
  await bob.hears('There you are')

  for (const person of [bob, carol]) {
    expect(person.complaints).toEqual([])
    await person.close()
  }
  await server.stop()
})
