import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The server is another program: it is started as one, and shares nothing with the client but the wire. */
const bin = fileURLToPath(new URL('../../../cli/bin/sotto.mjs', import.meta.url))

export interface ServerProcess {
  readonly port: number
  end(): Promise<void>
}

const urlSaid = async (child: ChildProcess): Promise<URL> => {
  let out = ''
  for await (const chunk of child.stdout ?? []) {
    out += String(chunk)
    const [line] = out.split('\n')
    if (out.includes('\n') && line) return new URL((JSON.parse(line) as { url: string }).url)
  }
  throw new Error('the server has ended')
}

export const startServerProcess = async (): Promise<ServerProcess> => {
  const directory = mkdtempSync(join(tmpdir(), 'sotto-server-'))
  const child = spawn(process.execPath, [bin, '--json', 'serve', '--port', '0', '--data', directory], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const ended = once(child, 'exit')
  const url = await urlSaid(child)
  return {
    port: Number(url.port),
    end: async () => {
      child.kill('SIGKILL')
      await ended
      rmSync(directory, { recursive: true, force: true })
    },
  }
}
