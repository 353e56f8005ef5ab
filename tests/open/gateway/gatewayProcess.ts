import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const bin = fileURLToPath(new URL('../../../packages/cli/bin/sotto.mjs', import.meta.url))

/** A `sotto gateway` of its own, as on somebody's machine. */
export interface GatewayProcess {
  readonly url: string
  readonly token: string
  /** The address of its page, with the token. */
  readonly page: string
  /** Everything that it has printed. */
  printed(): string
  /** Asks it to end, and gives what it ended with. */
  stop(): Promise<number | null>
}

export const startGateway = async (
  profile: string,
  server: string,
  more: readonly string[] = [],
): Promise<GatewayProcess> => {
  const args = ['--profile', profile, '--json', 'gateway', '--server', server, '--port', '0', ...more]
  const child = spawn(process.execPath, [bin, ...args], {
    env: { ...process.env, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let printed = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (printed += text))
  const ended = once(child, 'exit') as Promise<[number | null]>
  const [line] = (await Promise.race([
    once(createInterface(child.stdout), 'line'),
    ended.then(([exit]) => {
      throw new Error(`the gateway ended with ${exit}: ${printed}`)
    }),
  ])) as [string]
  const { url, token, page } = JSON.parse(line) as Record<'url' | 'token' | 'page', string>
  return {
    url,
    token,
    page,
    printed: () => printed,
    stop: async () => {
      child.kill('SIGTERM')
      const [exit] = await ended
      return exit
    },
  }
}
