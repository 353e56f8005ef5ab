import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { folderFor } from './world/folder.ts'
import { Person } from './world/person.ts'
import { freePort, serve } from './world/sotto.ts'

const inShell = (command: string) => spawnSync('sh', ['-c', command], { encoding: 'utf8' })

test('a token is made in the browser, its request copied into a terminal, and revoked', async ({
  browser,
}) => {
  test.skip(inShell('curl --version').status !== 0, 'needs curl')
  const place = folderFor('tokens')
  const server = await serve({
    port: await freePort(),
    data: join(place, 'data'),
    log: join(place, 'server.log'),
  })
  const alice = await Person.arrive(browser, 'alice', server.url, {
    permissions: ['clipboard-read', 'clipboard-write'],
  })
  const { page } = alice
  await alice.signUp('alice keeps this to herself 4711')

  const clipboard = () => page.evaluate(() => navigator.clipboard.readText())
  const menu = page.getByRole('button', { name: 'Menu of alice' }).first()
  /** By the keyboard alone. */
  const opensTokens = async () => {
    await menu.press('Enter')
    await page.getByRole('menuitem', { name: 'Settings' }).press('Enter')
    await page.getByRole('button', { name: 'Manage' }).press('Enter')
    await expect(page.getByRole('dialog', { name: 'Access tokens' })).toBeVisible()
  }
  const makes = async (label: string, reach: string): Promise<string> => {
    await page.getByRole('button', { name: 'New access token' }).press('Enter')
    await page.getByLabel('What it is for').fill(label)
    await page.getByRole('radio', { name: reach }).check()
    await page.getByLabel('What it is for').press('Enter')
    const request = page.getByRole('region', { name: /A first request/ })
    await request.getByRole('button', { name: 'Copy' }).press('Enter')
    const copied = await clipboard()
    expect(copied).toContain(server.url)
    await page.getByRole('button', { name: 'Done' }).press('Enter')
    await expect(page.getByRole('list', { name: 'Your access tokens' })).toContainText(label)
    return copied
  }

  await opensTokens()
  const reading = await makes('Wall display', 'Only read')
  const whole = await makes('Deploy', 'Read and write')
  const sending = await makes('Sensor', 'Only write')
  const answers = [reading, whole, sending].map((line) => JSON.parse(inShell(line).stdout) as object)
  expect(answers).toEqual([
    expect.objectContaining({ username: 'alice', kind: 'person', scopes: ['read', 'account'] }),
    expect.objectContaining({ username: 'alice', scopes: ['read', 'send', 'rooms', 'account'] }),
    { presence: 'visible' },
  ])

  await page.getByRole('button', { name: 'Revoke Deploy' }).press('Enter')
  await page.getByRole('button', { name: 'Revoke access token' }).press('Enter')
  await expect(page.getByText('Deploy')).toHaveCount(0)
  expect(JSON.parse(inShell(whole).stdout)).toMatchObject({ code: 'UNAUTHORIZED' })
  expect(JSON.parse(inShell(reading).stdout)).toMatchObject({ username: 'alice' })

  // What they came with from another chat is answered with what to do.
  const first = `curl -sS ${server.url}/login -H 'content-type: application/json' -d '{"username":"alice","password":"alice keeps this to herself 4711"}'`
  expect(JSON.parse(inShell(first).stdout)).toMatchObject({
    code: 'PERSON_ACCOUNT',
    error: expect.stringContaining('access token'),
  })
  expect(alice.complaints).toEqual([])
  await alice.close()
  expect(await server.stop()).toBe(0)
})
