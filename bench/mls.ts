import { spawn } from 'node:child_process'
import { availableParallelism, cpus } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { installPeers } from './mls/install.ts'
import { type PeerName, peerNames } from './mls/peers.ts'
import { table } from './mls/report.ts'
import type { Result } from './mls/scenario.ts'

const childLimitMs = 15 * 60_000

/** Measures in a process of its own, so that no engine runs on the memory or the compiled code of another one. */
const measure = (peer: PeerName, size: number): Promise<Result | string> =>
  new Promise((resolve) => {
    const child = spawn(
      process.execPath,
      [fileURLToPath(new URL('mls/child.ts', import.meta.url)), peer, String(size)],
      { stdio: ['ignore', 'pipe', 'pipe'], timeout: childLimitMs },
    )
    let [output, complaint] = ['', '']
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text))
    child.on('close', (code) =>
      resolve(
        code === 0 ? (JSON.parse(output) as Result) : `${peer}, ${size}: ended with ${code}\n${complaint}`,
      ),
    )
  })

const listOf = (text: string): readonly string[] => text.split(',').filter((part) => part !== '')

/**
 * Our engine and others side by side, size by size: `--sizes 10,100,1000`, `--peers sotto,ts-mls`, `--json`.
 * Suite 1 is what all have; our hybrid suite comes as a further column.
 */
export const run = async (args: readonly string[]): Promise<void> => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      sizes: { type: 'string', default: '10,100,1000' },
      peers: { type: 'string', default: peerNames.join() },
      json: { type: 'boolean', default: false },
    },
  })
  const wanted = listOf(values.peers)
  const unknown = wanted.find((name) => !peerNames.some((known) => known === name))
  if (unknown !== undefined)
    throw new Error(`there is no engine ${unknown}; there are: ${peerNames.join(', ')}`)
  const chosen = peerNames.filter((name) => wanted.includes(name))
  await installPeers()

  const all: Result[] = []
  if (!values.json)
    console.log(
      `Medians on ${availableParallelism()} cores (${cpus()[0]?.model ?? 'unknown'}), Node ${process.version}; ` +
        'times of the others as a multiple of the first column',
    )
  for (const size of listOf(values.sizes).map(Number)) {
    const results: Result[] = []
    for (const peer of chosen) {
      const result = await measure(peer, size)
      if (typeof result === 'string') console.error(result)
      else results.push(result)
    }
    all.push(...results)
    if (!values.json) console.log(`\nn = ${size}\n${table(results)}`)
  }
  if (values.json) console.log(JSON.stringify(all, null, 2))
}
