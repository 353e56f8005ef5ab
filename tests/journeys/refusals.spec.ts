import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { Person } from './world/person.ts'
import { freePort, serve } from './world/sotto.ts'
import { folderFor } from './world/folder.ts'

test('what is refused is refused in words, and nothing of it stays', async ({ browser }) => {
  const place = folderFor('refusals')
  const server = await serve({
    port: await freePort(),
    data: join(place, 'data'),
    log: join(place, 'server.log'),
  })
  const alice = await Person.arrive(browser, 'alice', server.url)
  await alice.signUp('a good password of alice')

  await test.step('a taken name', async () => {
    const other = await Person.arrive(browser, 'Alice', server.url)
    await other.page.getByLabel('Name', { exact: true }).fill('Alice')
    await other.page.getByLabel('Password', { exact: true }).fill('another good password')
    await other.page.getByRole('button', { name: 'Create account' }).click()
    await expect(other.page.getByText('That name is taken')).toBeVisible()
    await other.close()
  })

  await test.step('names of 1 and of 32 characters, a short password', async () => {
    const other = await Person.arrive(browser, 'x', server.url)
    const name = other.page.getByLabel('Name', { exact: true })
    await name.fill('x')
    await other.page.getByLabel('Password', { exact: true }).fill('another good password')
    await other.page.getByRole('button', { name: 'Create account' }).click()
    await expect(other.page.getByText('A name has at least 2 characters.')).toBeVisible()
    await name.fill('x'.repeat(32))
    await other.page.getByRole('button', { name: 'Create account' }).click()
    await expect(other.page.getByText('A name can have at most 31 characters.')).toBeVisible()
    await other.close()
  })

  await test.step('a wrong password after signing out', async () => {
    await alice.page.getByRole('button', { name: 'Menu of alice' }).click()
    await alice.page.getByRole('menuitem', { name: 'Sign out' }).click()
    await alice.page.getByRole('alertdialog').getByRole('button', { name: 'Sign out' }).click()
    await expect(alice.page.getByRole('heading', { name: 'Welcome back' })).toBeVisible()
    await alice.page.getByLabel('Password', { exact: true }).fill('not the right password')
    await alice.page.getByRole('button', { name: 'Sign in' }).click()
    await expect(alice.page.getByText('The name or the password is wrong.')).toBeVisible()
    await alice.page.getByLabel('Password', { exact: true }).fill('a good password of alice')
    await alice.page.getByRole('button', { name: 'Sign in' }).click()
    await expect(alice.page.getByRole('heading', { name: /Welcome, / })).toBeVisible()
  })

  await test.step('nobody of that name; a message that is too long is told before it is sent', async () => {
    await alice.createGeneral()
    await alice.page.getByRole('button', { name: 'Invite', exact: true }).first().click()
    const dialog = alice.page.getByRole('dialog')
    await dialog.getByLabel('Names').fill('nobody')
    await dialog.getByRole('button', { name: 'Invite', exact: true }).click()
    await expect(dialog.getByText('Nobody here has that name.')).toBeVisible()
    await alice.page.keyboard.press('Escape')
    await alice.composer('General').fill('x'.repeat(50_000))
    await expect(alice.page.getByText(/Too long by/)).toBeVisible()
    await expect(alice.page.getByRole('button', { name: 'Send message' })).toBeDisabled()
  })
  await alice.close()
  expect(await server.stop()).toBe(0)
})
