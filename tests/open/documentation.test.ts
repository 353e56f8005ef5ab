import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { spawn, spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { laneServer } from './lane/server.ts'

const page = readFileSync(new URL('../../docs/api/open-lane.md', import.meta.url), 'utf8')
const tools = ['bash', 'curl', 'jq', 'openssl', 'cmp']
const absent = tools.filter((tool) => spawnSync(tool, ['--version']).error !== undefined)

test.skipIf(absent.length > 0)(
  'the curl examples of the page work as they stand (needs curl, jq, openssl)',
  async () => {
    const server = await laneServer()
    const script = /```sh\n([\s\S]+?)```/.exec(page)?.[1] ?? ''
    expect(script).toContain('/register')
    const directory = mkdtempSync(join(tmpdir(), 'sotto-curl-'))
    const child = spawn('bash', ['-e', '-o', 'pipefail', '-c', script], {
      cwd: directory,
      env: { ...process.env, URL: server.url },
    })
    let output = ''
    child.stdout.on('data', (data: Buffer) => (output += data.toString()))
    const code = await new Promise((resolve) => child.once('close', resolve))
    rmSync(directory, { recursive: true, force: true })
    expect(code).toBe(0)
    const answers = output.replaceAll('}{', '}\n{').split('\n')
    expect(answers.map((line) => Object.keys(JSON.parse(line) as object)[0])).toEqual([
      'success',
      'username',
      'success',
      'error',
      'success',
    ])
  },
)
