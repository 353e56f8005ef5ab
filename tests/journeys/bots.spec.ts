import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { startExample } from '../bots/world/process.ts'
import { Person } from './world/person.ts'
import { freePort, serve } from './world/sotto.ts'
import { folderFor } from './world/folder.ts'

test('Alice invites a bot in her browser, sees what it is, and is offered what it listens to', async ({
  browser,
}) => {
  test.setTimeout(300_000)
  const place = folderFor('bots')
  const server = await serve({
    port: await freePort(),
    data: join(place, 'data'),
    log: join(place, 'server.log'),
  })
  const bot = startExample('reminder', {
    SOTTO_PROFILE: join(place, 'reminder'),
    SOTTO_SERVER: server.url,
    SOTTO_INVITED_BY: 'alice',
  })
  const alice = await Person.arrive(browser, 'alice', server.url)
  await alice.signUp('alice keeps this to herself 4711')
  await alice.createGeneral()
  const { page } = alice
  const composer = page.getByRole('textbox', { name: /^Message to/ })

  // Until the bot has its account nobody has that name.
  await expect(async () => {
    await composer.fill('/invite reminder')
    await composer.press('Enter')
    await expect(page.getByText('reminder is invited.')).toBeVisible({ timeout: 5000 })
  }).toPass()
  await expect(async () => {
    await composer.fill('/rem')
    await expect(page.getByRole('option', { name: /remind you later/ })).toBeVisible({ timeout: 500 })
    await composer.fill('')
  }).toPass()

  await composer.fill('/rem')
  await composer.press('Tab')
  await expect(composer).toHaveValue('/remind ')
  await page.keyboard.type('2s the bread')
  await composer.press('Enter')
  const said = (text: string) => page.getByRole('article').filter({ hasText: text })
  await expect(said('I will remind you in 2s.')).toContainText('Bot')
  await expect(said('@alice: the bread')).toBeVisible()
  await expect(said('/remind 2s the bread')).not.toContainText('Bot')

  await composer.fill('/members')
  await composer.press('Enter')
  const members = page.getByRole('list', { name: 'Members' }).getByRole('listitem')
  await expect(members.filter({ hasText: 'reminder' })).toContainText('A program')

  expect(alice.complaints).toEqual([])
  await alice.context.close()
  await bot.kill()
  expect(await server.stop()).toBe(0)
})
