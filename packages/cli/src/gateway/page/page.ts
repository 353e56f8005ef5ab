import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire, stripTypeScriptTypes } from 'node:module'
import type { Route } from '../dialect.ts'

const read = (name: string): string => readFileSync(new URL(name, import.meta.url), 'utf8')

/** The page has no build: its scripts are served without their types. */
const scripts = [
  'main.ts',
  'access.ts',
  'composer.ts',
  'element.ts',
  'entrance.ts',
  'gateway.ts',
  'messages.ts',
  'outgoing.ts',
  'people.ts',
  'texts.ts',
] as const

const styles = ['base.css', 'entrance.css', 'talk.css'] as const

const importMap = JSON.stringify({ imports: { 'socket.io-client': '/page/socket.io.js' } })

const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`

/** Nothing of elsewhere and nothing to elsewhere: what this page shows was sealed on its way here. */
const policy = [
  `default-src 'none'`,
  `script-src 'self' ${hashOf(importMap)}`,
  `style-src 'self'`,
  `img-src 'self'`,
  `connect-src 'self'`,
  `base-uri 'none'`,
  `form-action 'none'`,
  `frame-ancestors 'none'`,
  `require-trusted-types-for 'script'`,
  `trusted-types 'none'`,
].join('; ')

const ofDocument = {
  'content-security-policy': policy,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'x-frame-options': 'DENY',
}

const route = (
  path: string,
  type: string,
  content: string,
  more: Readonly<Record<string, string>> = {},
): Route => ({
  method: 'GET',
  path,
  access: 'anyone',
  answer: () => Promise.resolve({ status: 200, headers: { 'content-type': type, ...more }, body: content }),
})

const javascript = 'text/javascript; charset=utf-8'

/** The policy knows the import map by its hash, so it is put in as it is. */
const documentText = (): string =>
  read('index.html').replace('<!-- import map -->', `<script type="importmap">${importMap}</script>`)

/** Socket.IO's own build for browsers, of the version that the gateway speaks. */
const socketIo = (): string => {
  const manifest = createRequire(import.meta.url).resolve('socket.io-client/package.json')
  const source = readFileSync(new URL('dist/socket.io.esm.min.js', `file://${manifest}`), 'utf8')
  return source.replace(/\n\/\/# sourceMappingURL=.*\s*$/, '\n')
}

/**
 * The gateway's own page: whoever has its address picks a name, sees who is there, and talks. It speaks what old pages speak.
 * Anyone may load it; it can do nothing before somebody has told it the token, which stands in the fragment of the address
 * and is never sent with a request.
 */
export const pageRoutes = (): readonly Route[] => [
  route('/', 'text/html; charset=utf-8', documentText(), ofDocument),
  ...styles.map((name) => route(`/page/${name}`, 'text/css; charset=utf-8', read(name))),
  route('/page/icon.svg', 'image/svg+xml', read('icon.svg')),
  route('/page/socket.io.js', javascript, socketIo()),
  ...scripts.map((name) => route(`/page/${name}`, javascript, stripTypeScriptTypes(read(`browser/${name}`)))),
]
