import { createPrivateKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { NewHook } from '@sotto/client'

/** In what a script is written: a JOSE library, a library of cryptography, or commands. */
export const recipeKinds = ['python', 'cryptography', 'shell'] as const
export type RecipeKind = (typeof recipeKinds)[number]

const files: Readonly<Record<RecipeKind, { readonly source: string; readonly name: string }>> = {
  python: { source: 'post.py', name: 'post.py' },
  cryptography: { source: 'post_cryptography.py', name: 'post.py' },
  shell: { source: 'post.sh', name: 'post.sh' },
}

const sourceOf = (source: string): string =>
  readFileSync(fileURLToPath(new URL(`../recipes/${source}`, import.meta.url)), 'utf8')

/** What a script needs to know, and keeps to itself. */
export const hookConfig = (server: string, hook: NewHook): object => ({
  url: `${server}/h/${hook.hook}`,
  hook: hook.hook,
  room: hook.room,
  token: hook.token,
  anchor: hook.anchor,
  key: hook.key ?? 'put the script’s private JWK here',
  ...(hook.readerKey ? { reader: hook.readerKey } : {}),
})

const fileOf = (name: string, content: string): string =>
  `cat > ${name} <<'SOTTO'\n${content.trimEnd()}\nSOTTO\n`

const shellFiles = (server: string, hook: NewHook): string => {
  const settings = {
    url: `${server}/h/${hook.hook}`,
    hook: hook.hook,
    room: hook.room,
    token: hook.token,
    anchor: hook.anchor,
    script: hook.script ?? '',
  }
  const lines = Object.entries(settings).map(([name, value]) => `${name}='${value}'`)
  const pem = hook.key
    ? createPrivateKey({ key: hook.key, format: 'jwk' }).export({ type: 'pkcs8', format: 'pem' })
    : 'put the script’s private key here, in PEM'
  return fileOf('hook.env', lines.join('\n')) + fileOf('hook.pem', pem.toString())
}

/** Lines for a shell that put a script and what it needs into the folder where they are run. */
export const hookRecipe = (kind: RecipeKind, server: string, hook: NewHook): string => {
  const { name, source } = files[kind]
  const settings =
    kind === 'shell'
      ? shellFiles(server, hook)
      : fileOf('hook.json', JSON.stringify(hookConfig(server, hook), null, 2))
  const run = kind === 'shell' ? './post.sh' : 'python3 post.py'
  const reading = hook.readerKey ? fileOf('read.py', sourceOf('read.py')) : ''
  return `umask 077\n${settings}${fileOf(name, sourceOf(source))}${reading}chmod 700 ${name}\necho 'It works.' | ${run}\n`
}
