import { beforeAll, describe, expect, test } from 'vitest'
import { linterComplaints } from './plantation.ts'

const imports = 'eslint(no-restricted-imports)'
const globals = 'eslint(no-restricted-globals)'
const properties = 'eslint(no-restricted-properties)'

const from = (specifier: string): string => `import { x } from '${specifier}'\nexport const y = x`
const using = (expression: string): string => `export const y = ${expression}`

/** Each is planted as a file of its own, in the folder that it must not be in. */
const forbidden: readonly (readonly [what: string, folder: string, text: string, rule: string])[] = [
  ['the engine reaches the network', 'mls/src', from('node:net'), imports],
  ['the engine knows the protocol', 'mls/src', from('@sotto/protocol'), imports],
  ['the engine fetches', 'mls/src', using(`fetch('x')`), globals],
  ['the engine looks at the process', 'mls/src', using('process.env'), globals],
  ['the engine has a clock', 'mls/src', using('Date.now()'), globals],
  ['the engine has randomness', 'mls/src', using('crypto.getRandomValues(new Uint8Array(1))'), globals],
  ['the engine rolls dice', 'mls/src', using('Math.random()'), properties],
  ['the engine waits', 'mls/src', using('setTimeout(() => 1, 1)'), globals],
  ['a provider knows a package of ours', 'mls/provider', from('@sotto/protocol'), imports],
  ['the protocol knows the engine', 'protocol/src', from('@sotto/mls'), imports],
  ['the protocol has a clock', 'protocol/src', using('new Date()'), globals],
  ['trust touches the page', 'trust/src/leaf', using('document.title'), globals],
  ['trust picks a provider', 'trust/src', from('@sotto/mls/provider/node'), imports],
  ['trust knows the client', 'trust/src', from('@sotto/client'), imports],
  ['trust has cryptography of its own', 'trust/src', from('node:crypto'), imports],
  ['the client core touches the page', 'client/src/room', using('document.title'), globals],
  ['the client core stores', 'client/src/room', using(`localStorage.getItem('x')`), globals],
  ['the client core reads files', 'client/src', from('node:fs'), imports],
  ['the client core knows the server', 'client/src', from('@sotto/server'), imports],
  ['the open lane has a clock', 'lane/src', using('Date.now()'), globals],
  ['the open lane waits', 'lane/src', using('setTimeout(() => 1, 1)'), globals],
  ['the open lane has randomness', 'lane/src', using('crypto.getRandomValues(new Uint8Array(1))'), globals],
  ['the open lane fetches', 'lane/src', using(`fetch('x')`), globals],
  ['the open lane has a socket', 'lane/src', from('socket.io-client'), imports],
  ['the open lane reads files', 'lane/src', from('node:fs'), imports],
  ['the open lane knows groups', 'lane/src', from('@sotto/mls'), imports],
  ['the open lane knows the client', 'lane/src', from('@sotto/client'), imports],
  ['a stranger’s client knows the protocol', 'conformance/src', from('@sotto/protocol'), imports],
  ['the client core has a clock', 'client/src/sync', using('Date.now()'), globals],
  ['the server has secrets of groups', 'server/src/delivery', from('@sotto/mls'), imports],
  ['the server knows the client', 'server/src', from('@sotto/client'), imports],
  ['the server goes round the exports', 'server/src', from('@sotto/mls/src/group.ts'), imports],
  ['the web client knows the server', 'web/src/app', from('@sotto/server'), imports],
  ['the web client goes past the client', 'web/src/app', from('@sotto/protocol'), imports],
  ['the web client has Node', 'web/src/app', from('node:fs'), imports],
  ['a command goes past the client', 'cli/src/commands', from('@sotto/mls'), imports],
  ['anything goes round the exports', 'client/adapters/web', from('@sotto/trust/src/rules.ts'), imports],
  ['a default export', 'trust/src', 'const y = 1\nexport default y', 'import(no-default-export)'],
  ['any', 'trust/src', 'export const y = (x: any): unknown => x', 'typescript(no-explicit-any)'],
]

/** The same folders, and what is allowed there. */
const allowed: readonly (readonly [folder: string, text: string])[] = [
  ['mls/src', from('@noble/hashes/sha2.js')],
  ['mls/src', from('./error.ts')],
  ['protocol/src', from('cborg')],
  ['trust/src', from('@sotto/mls/public')],
  ['trust/src', from('../../verdict.ts')],
  ['client/src', from('@sotto/trust')],
  ['lane/src', from('@sotto/protocol')],
  ['lane/adapters/net', from('socket.io-client')],
  ['lane/adapters/net', using('crypto.randomUUID()')],
  ['client/adapters/node', using('process.env')],
  ['server/src', from('@sotto/mls/public')],
  ['server/src', from('node:crypto')],
  ['web/src/app', from('@sotto/client/web')],
  ['cli/src', from('@sotto/client/node')],
]

describe('the linter', () => {
  let complaints: ReadonlyMap<string, readonly string[]>
  const plantedAt = (folder: string, name: string): string => `packages/${folder}/${name}.ts`

  beforeAll(() => {
    complaints = linterComplaints({
      ...Object.fromEntries(
        forbidden.map(([, folder, text], at) => [plantedAt(folder, `forbidden${at}`), text]),
      ),
      ...Object.fromEntries(allowed.map(([folder, text], at) => [plantedAt(folder, `allowed${at}`), text])),
      'packages/mls/src/one.ts': `import { two } from './two.ts'\nexport const one = (): unknown => two`,
      'packages/mls/src/two.ts': `import { one } from './one.ts'\nexport const two = (): unknown => one`,
    })
  })

  for (const [at, [what, folder, , rule]] of forbidden.entries())
    test(`refuses: ${what}`, () => {
      expect(complaints.get(plantedAt(folder, `forbidden${at}`))).toContain(rule)
    })

  test('refuses: a cycle', () => {
    expect(complaints.get('packages/mls/src/one.ts')).toContain('import(no-cycle)')
  })

  test('lets pass what is allowed', () => {
    const refused = allowed.flatMap(([folder], at) => complaints.get(plantedAt(folder, `allowed${at}`)) ?? [])
    expect(refused).toEqual([])
  })
})
