import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { Person } from './world/person.ts'
import { freePort, serve, sotto } from './world/sotto.ts'
import { folderFor } from './world/folder.ts'

/** Debian's own Python first: another one on the path may not have its packages. */
const env = { ...process.env, PATH: `/usr/bin:${process.env['PATH'] ?? ''}` }
const inShell = (command: string, cwd: string, input = '') =>
  spawnSync('sh', ['-c', command], { cwd, env, input, encoding: 'utf8' })
const noPython = inShell(`python3 -c 'import cryptography'`, tmpdir()).status !== 0

test('a script posts into a room, and a browser opens it', async ({ browser }) => {
  test.skip(noPython, 'needs python3-cryptography')
  const place = folderFor('hook')
  const port = await freePort()
  const server = await serve({ port, data: join(place, 'data'), log: join(place, 'server.log') })
  const carol = { profile: join(place, 'carol') }
  const input = 'carol in the terminal 1234\n'
  await sotto(['register', 'carol', '--server', server.url, '--password-stdin'], { ...carol, input })
  await sotto(['room', 'create', 'General'], carol)

  const alice = await Person.arrive(browser, 'alice', server.url)
  await alice.signUp('alice keeps this to herself 4711')
  expect(await sotto(['room', 'invite', 'General', 'alice'], carol)).toMatchObject({ exit: 0 })
  await alice.accept('General')

  const made = await sotto(
    ['hook', 'create', 'General', '--name', 'alice', '--recipe', 'cryptography', '--algorithm', 'EdDSA'],
    carol,
  )
  expect(made, made.err).toMatchObject({ exit: 0 })
  writeFileSync(join(place, 'recipe.sh'), made.out)
  const run = inShell('sh recipe.sh', place)
  expect(run, run.stderr).toMatchObject({ status: 0 })
  const again = inShell('python3 post.py RSA', place, 'Build **42** is green\n<img src=x onerror=alert(1)>')
  expect(again.status).toBe(0)

  const posts = alice.page.getByRole('article', { name: 'hook alice' })
  await expect(posts).toHaveCount(2)
  await expect(posts.first()).toContainText('It works.')
  await expect(posts.last()).toContainText('<img src=x onerror=alert(1)>')
  // Its name is that of a person; it is not hers, and nothing of it looks like her.
  await expect(alice.page.locator('article[data-message]')).toHaveCount(0)
  await expect(alice.page.getByRole('link', { name: /General/ })).toContainText('hook alice')

  await alice.page.reload()
  await alice.enters('General')
  await expect(posts).toHaveCount(2)
  expect(alice.complaints).toEqual([])
  await alice.close()
  expect(await server.stop()).toBe(0)
})
