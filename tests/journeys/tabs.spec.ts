import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { Person } from './world/person.ts'
import { freePort, serve } from './world/sotto.ts'
import { folderFor } from './world/folder.ts'

test('two tabs of one profile, and reloads in the middle of sending: no lost or double message', async ({
  browser,
}) => {
  test.setTimeout(300_000)
  const place = folderFor('tabs')
  const server = await serve({
    port: await freePort(),
    data: join(place, 'data'),
    log: join(place, 'server.log'),
  })
  const alice = await Person.arrive(browser, 'alice', server.url)
  const bob = await Person.arrive(browser, 'bob', server.url)
  await alice.signUp('a good password of alice')
  await bob.signUp('a good password of bob 22')
  await alice.createGeneral()
  await alice.invite('bob')
  await bob.accept('General')

  const second = await alice.secondTab(alice.page.url())
  await second.enters('General')
  const said: string[] = []
  for (let i = 0; i < 20; i++) {
    const tab = i % 2 === 0 ? alice : second
    await tab.say('General', `from tab ${i % 2}, number ${i}`)
    said.push(`from tab ${i % 2}, number ${i}`)
  }

  await test.step('the tab that does the work is reloaded while it sends', async () => {
    for (let i = 20; i < 40; i++) {
      await alice.say('General', `number ${i}`)
      said.push(`number ${i}`)
      if (i === 26 || i === 33) {
        await alice.page.reload()
        await alice.enters('General')
      }
    }
  })

  await test.step('the tab that does the work is closed; the other goes on', async () => {
    await alice.page.close()
    for (let i = 40; i < 50; i++) {
      await second.say('General', `number ${i}`)
      said.push(`number ${i}`)
    }
    await second.allSent()
  })

  await bob.hears('number 49')
  for (const person of [second, bob]) {
    const seen = await person.readAll('General')
    const texts = seen.map((row) => row.text)
    expect(texts.toSorted()).toEqual(said.toSorted())
    expect(new Set(texts).size).toBe(said.length)
  }
  // Both see one order.
  expect((await second.readAll('General')).map((row) => row.text)).toEqual(
    (await bob.readAll('General')).map((row) => row.text),
  )
  expect([...alice.complaints, ...second.complaints, ...bob.complaints]).toEqual([])
  await second.close()
  await bob.close()
  expect(await server.stop()).toBe(0)
})
