import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const run = promisify(execFile)

it('the example of the README runs as it stands there', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
  const code = /```ts\n([\s\S]*?)```/.exec(readme)?.[1] ?? ''
  const folder = fileURLToPath(new URL('..', import.meta.url))
  const options = { cwd: folder, timeout: 30_000 }
  const { stdout } = await run(process.execPath, ['--input-type=module-typescript', '-e', code], options)
  expect(stdout).toBe('leaf 0 says hello\n')
})
