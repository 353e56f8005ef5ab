import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { folderFor } from './world/folder.ts'
import { Person } from './world/person.ts'
import { freePort, serve, sotto } from './world/sotto.ts'

test('Alice in a browser and Bob in a terminal read each other the same digits, and the mark stays', async ({
  browser,
}) => {
  test.setTimeout(200_000)
  const place = folderFor('verification')
  const server = await serve({
    port: await freePort(),
    data: join(place, 'data'),
    log: join(place, 'server.log'),
  })
  const alice = await Person.arrive(browser, 'alice', server.url)
  await alice.signUp('alice keeps this to herself 4711')
  const bob = { profile: join(place, 'bob') }
  const registered = await sotto(['register', 'bob', '--server', server.url, '--password-stdin'], {
    ...bob,
    input: 'bob in the terminal 1234\n',
  })
  expect(registered, registered.err).toMatchObject({ exit: 0 })
  await alice.createGeneral()
  await alice.invite('bob')
  expect(await sotto(['room', 'accept'], bob)).toMatchObject({ exit: 0 })
  const shown = await sotto(['verify', 'alice', '--json'], bob)
  const { digits } = JSON.parse(shown.out) as { readonly digits: string }

  const { page } = alice
  const line = (state: string) =>
    page.getByRole('button', { name: `${state}: compare the safety number of bob`, exact: true })
  await page.keyboard.press('Control+.')
  await test.step('Alice opens what there is to compare, by key, and says that it is the same', async () => {
    await line('Identity not compared yet').focus()
    await page.keyboard.press('Enter')
    const dialog = page.getByRole('dialog', { name: 'You and bob' })
    await expect(dialog.getByRole('list', { name: 'Safety number' })).toHaveText(digits)
    await expect(dialog.getByRole('img')).toBeVisible()
    await dialog.getByRole('button', { name: 'They are the same' }).click()
    await expect(dialog.getByRole('status').filter({ hasText: /^Verified on / })).toBeVisible()
    await page.keyboard.press('Escape')
    await expect(line('Identity verified')).toBeFocused()
  })

  await test.step('it stays after a reload, and Bob has to say it himself', async () => {
    await page.reload()
    await expect(line('Identity verified')).toBeVisible()
    const members = await sotto(['room', 'members', 'General', '--json'], bob)
    expect(members.out).toMatch(/"name":"alice".*"identity":"unverified"/)
    const verified = await sotto(['verify', 'alice', '--digits', digits], bob)
    expect(verified, verified.err).toMatchObject({ exit: 0 })
  })

  await test.step('Alice takes it back', async () => {
    await line('Identity verified').click()
    await page.getByRole('dialog').getByRole('button', { name: 'Remove verification' }).click()
    await page.keyboard.press('Escape')
    await expect(line('Identity not compared yet')).toBeVisible()
  })
  expect(alice.complaints).toEqual([])
  await alice.close()
  expect(await server.stop()).toBe(0)
})
