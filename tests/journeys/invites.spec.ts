import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { Person } from './world/person.ts'
import { freePort, serve, sotto } from './world/sotto.ts'
import { folderFor } from './world/folder.ts'

test('who runs the server invites, suspends and lets back, and the page says so', async ({ browser }) => {
  const place = folderFor('invites')
  const data = join(place, 'data')
  const options = { port: await freePort(), data, log: join(place, 'server.log') }
  const server = await serve({ ...options, more: ['--registration', 'invite'] })
  const host = async (...args: readonly string[]) => {
    const { out, exit } = await sotto([...args, '--data', data, '--json'])
    expect(exit).toBe(0)
    return JSON.parse(out) as Record<string, unknown>
  }
  const link = String((await host('invite'))['link'])
  const password = 'a good password of alice'

  const alice = await Person.arrive(browser, 'alice', link)
  await test.step('the key of a link is in the form, and not in the address', async () => {
    await expect(alice.page.getByLabel('Invite key')).toHaveValue(link.split('=')[1] as string)
    expect(new URL(alice.page.url()).hash).toBe('')
    await alice.signUp(password)
  })

  await test.step('a link that is used up, and none', async () => {
    const bob = await Person.arrive(browser, 'bob', link)
    await bob.page.getByLabel('Name', { exact: true }).fill('bob')
    await bob.page.getByLabel('Password', { exact: true }).fill('a good password of bob')
    await bob.page.getByRole('button', { name: 'Create account' }).click()
    await expect(bob.page.getByText('This invite has been used')).toBeVisible()
    await bob.page.getByLabel('Invite key').fill('')
    await bob.page.getByRole('button', { name: 'Create account' }).click()
    await expect(
      bob.page.getByText('You need an invite to create an account here.', { exact: false }),
    ).toBeVisible()
    const next = String((await host('invite'))['link'])
    await bob.page.getByLabel('Invite key').fill(next)
    await bob.page.getByRole('button', { name: 'Create account' }).click()
    await expect(bob.page.getByRole('heading', { name: /Welcome, / })).toBeVisible()
    expect(bob.complaints).toEqual([])
    await bob.context.close()
  })

  await test.step('a suspended account', async () => {
    await host('admin', 'suspend', 'alice')
    await expect(alice.page.getByRole('heading', { name: 'Welcome back' })).toBeVisible()
    const signIn = async () => {
      await alice.page.getByLabel('Password', { exact: true }).fill(password)
      await alice.page.getByRole('button', { name: 'Sign in' }).click()
    }
    await signIn()
    await expect(alice.page.getByText('has suspended this account')).toBeVisible()
    await host('admin', 'resume', 'alice')
    await signIn()
    await expect(alice.page.getByRole('heading', { name: /Welcome, / })).toBeVisible()
  })
  expect(alice.complaints).toEqual([])
  await server.stop()
})
