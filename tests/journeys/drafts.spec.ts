import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { folderFor } from './world/folder.ts'
import { Person } from './world/person.ts'
import { freePort, serve } from './world/sotto.ts'

test('what Alice is writing is there after a reload, in both tabs, and gone from both when it is sent', async ({
  browser,
}) => {
  test.setTimeout(180_000)
  const place = folderFor('drafts')
  const server = await serve({
    port: await freePort(),
    data: join(place, 'data'),
    log: join(place, 'server.log'),
  })
  const alice = await Person.arrive(browser, 'alice', server.url)
  await alice.signUp('a good password of alice')
  await alice.createGeneral()
  const field = alice.composer('General')
  await field.pressSequentially('half a sentence')

  await test.step('the page is reloaded right behind the last key', async () => {
    await alice.page.reload()
    await expect(field).toHaveValue('half a sentence')
  })

  const second = await alice.secondTab(alice.page.url())
  await test.step('another tab has it, and what it writes on', async () => {
    await expect(second.composer('General')).toHaveValue('half a sentence')
    await second.composer('General').pressSequentially(', and the rest')
    await expect(field).toHaveValue('half a sentence, and the rest')
  })

  await test.step('the last to write wins', async () => {
    await field.fill('another sentence')
    await expect(second.composer('General')).toHaveValue('another sentence')
  })

  await test.step('sent in one tab it is gone in both, also after a reload', async () => {
    await second.composer('General').press('Enter')
    await expect(second.composer('General')).toHaveValue('')
    await expect(field).toHaveValue('')
    await expect(alice.page.getByRole('article').filter({ hasText: 'another sentence' })).toHaveCount(1)
    await alice.page.reload()
    await expect(field).toHaveValue('')
  })

  expect([...alice.complaints, ...second.complaints]).toEqual([])
  await alice.context.close()
  expect(await server.stop()).toBe(0)
})
