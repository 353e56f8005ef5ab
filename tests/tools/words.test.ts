import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const run = fileURLToPath(new URL('../../tools/run.mjs', import.meta.url))

test.each([
  [['--', '--workers', '0'], /\[--workers N\]/],
  [['--workers', '0'], /\[--workers N\]/],
  [['--', 'I99'], /nothing is bent for I99/],
])('a task reads its words behind npm’s `--` as without it: %j', async (words, refusal) => {
  const task = promisify(execFile)(process.execPath, [run, 'world:mutants', ...words])
  await expect(task).rejects.toMatchObject({ code: 1, stderr: expect.stringMatching(refusal) })
})
