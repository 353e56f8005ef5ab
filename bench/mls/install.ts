import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The other engines are installed when they are first measured, as their lock file says, and never with Sotto. */
export const installPeers = async (): Promise<void> => {
  const folder = new URL('../peers/', import.meta.url)
  if (existsSync(new URL('node_modules/.package-lock.json', folder))) return
  const tool = (await import(new URL('../../tools/npm.mjs', import.meta.url).href)) as {
    npm(args: readonly string[]): readonly [string, readonly string[]]
  }
  const [command, args] = tool.npm(['ci', '--no-workspaces'])
  const { status } = spawnSync(command, args, { cwd: fileURLToPath(folder), stdio: 'inherit' })
  if (status !== 0) throw new Error('the other engines could not be installed')
}
