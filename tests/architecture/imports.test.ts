import { describe, expect, test } from 'vitest'
import { forbiddenImports, zones } from './arrows.ts'
import { cycleIn, importsOf } from './imports.ts'
import { readSource, shippedSources, type Source } from './sources.ts'

const sources = shippedSources()

const planted = (path: string, text: string): Source => ({ path, text })

describe('the arrows between packages and folders', () => {
  test('hold for all that ships', () => {
    expect(sources.length).toBeGreaterThan(200)
    expect(forbiddenImports(sources)).toEqual([])
  })

  test('there is no cycle', () => {
    expect(cycleIn(sources)).toBe(undefined)
  })

  test('every zone has a file in it: none is written down and forgotten', () => {
    const empty = zones.filter(({ folder }) => {
      const pattern = new RegExp(`^${folder.replaceAll('.', '\\.').replaceAll('*', '[^/]+')}(?:/|$)`)
      return !sources.some(({ path }) => pattern.test(path))
    })
    expect(empty.map(({ folder }) => folder)).toEqual([])
  })

  test('what a package imports of ours is what its package.json says', () => {
    const wrong: string[] = []
    for (const name of [
      'mls',
      'protocol',
      'trust',
      'client',
      'lane',
      'conformance',
      'server',
      'web',
      'cli',
    ]) {
      const { text } = readSource(`packages/${name}/package.json`)
      const { dependencies = {} } = JSON.parse(text) as { readonly dependencies?: Record<string, string> }
      const imported = new Set(
        sources
          .filter(({ path }) => path.startsWith(`packages/${name}/`))
          .flatMap(importsOf)
          .flatMap(({ specifier }) => /^@sotto\/[a-z]+/.exec(specifier)?.[0] ?? []),
      )
      const declared = Object.keys(dependencies).filter((one) => one.startsWith('@sotto/'))
      for (const one of imported) if (!declared.includes(one)) wrong.push(`${name} does not declare ${one}`)
      for (const one of declared) if (!imported.has(one)) wrong.push(`${name} has no use for ${one}`)
    }
    expect(wrong).toEqual([])
  })
})

describe('a forbidden import is found', () => {
  const cases: readonly (readonly [what: string, path: string, specifier: string])[] = [
    ['the engine reaches the network', 'packages/mls/src/planted.ts', 'node:net'],
    ['the engine knows the protocol', 'packages/mls/src/planted.ts', '@sotto/protocol'],
    ['the engine knows its providers', 'packages/mls/src/planted.ts', '../provider/node.ts'],
    ['the protocol knows the engine', 'packages/protocol/src/log/planted.ts', '@sotto/mls'],
    [
      'the protocol holds plaintext',
      'packages/protocol/src/planted.ts',
      '../../client/src/content/content.ts',
    ],
    ['trust has cryptography of its own', 'packages/trust/src/leaf/planted.ts', 'node:crypto'],
    ['trust picks a provider', 'packages/trust/src/planted.ts', '@sotto/mls/provider/node'],
    ['trust goes round the exports', 'packages/trust/src/planted.ts', '../../mls/src/group.ts'],
    ['the client core reads files', 'packages/client/src/room/planted.ts', 'node:fs'],
    ['the client core knows the open lane', 'packages/client/src/room/planted.ts', '@sotto/lane'],
    [
      'the adapters of the client know the open lane',
      'packages/client/adapters/node/planted.ts',
      '@sotto/lane',
    ],
    ['the open lane knows the engine', 'packages/lane/src/planted.ts', '@sotto/mls'],
    ['the core of the open lane knows a library of JOSE', 'packages/lane/src/planted.ts', 'jose'],
    ['the core of the open lane has a socket', 'packages/lane/src/planted.ts', 'socket.io-client'],
    ['the open lane reads files', 'packages/lane/src/planted.ts', 'node:fs'],
    ['the open lane knows the client', 'packages/lane/src/planted.ts', '@sotto/client'],
    ['the open lane knows its adapters', 'packages/lane/src/planted.ts', '../adapters/node/index.ts'],
    ['a stranger’s client knows the protocol', 'packages/conformance/src/planted.ts', '@sotto/protocol'],
    ['a stranger’s client knows the lane', 'packages/conformance/src/planted.ts', '@sotto/lane'],
    ['the client core has a screen', 'packages/client/src/planted.ts', 'react'],
    ['the client core knows its adapters', 'packages/client/src/planted.ts', '../adapters/web/index.ts'],
    ['the network sees content', 'packages/client/adapters/net/planted.ts', '../../src/content/content.ts'],
    ['a browser has Node', 'packages/client/adapters/web/planted.ts', 'node:fs'],
    ['the server has secrets of groups', 'packages/server/src/delivery/planted.ts', '@sotto/mls'],
    ['the server knows the client', 'packages/server/src/planted.ts', '@sotto/client'],
    ['the edge queries', 'packages/server/src/http/planted.ts', '../store/openStore.ts'],
    ['the live edge queries', 'packages/server/src/live/planted.ts', 'kysely'],
    ['a service knows HTTP', 'packages/server/src/delivery/planted.ts', 'fastify'],
    ['a service knows SQL', 'packages/server/src/authentication/planted.ts', 'node:sqlite'],
    ['a service knows the edge', 'packages/server/src/directory/planted.ts', '../http/route.ts'],
    ['the store knows the edge', 'packages/server/src/store/planted.ts', '../live/wire.ts'],
    ['the web client knows the server', 'packages/web/src/app/planted.tsx', '@sotto/server'],
    ['the web client goes past the client', 'packages/web/src/client/planted.ts', '@sotto/mls'],
    [
      'a feature imports a feature',
      'packages/web/src/features/rooms/planted.ts',
      '../members/MemberList.tsx',
    ],
    ['the look knows the client', 'packages/web/src/ui/planted.tsx', '../client/useTimeline.ts'],
    ['the look knows a package of ours', 'packages/web/src/ui/planted.tsx', '@sotto/client'],
    ['a command goes past the client', 'packages/cli/src/commands/planted.ts', '@sotto/protocol'],
    ['a command other than serve knows the server', 'packages/cli/src/commands/planted.ts', '@sotto/server'],
    ['a package is entered through a deep path', 'packages/client/src/planted.ts', '@sotto/mls/src/group.ts'],
    ['a file lies where there is no zone', 'packages/unknown/src/planted.ts', 'node:fs'],
  ]
  for (const [what, path, specifier] of cases)
    test(what, () => {
      const ways = [
        `import { x } from '${specifier}'`,
        `import type { X } from '${specifier}'`,
        `export * from "${specifier}"`,
        `import '${specifier}'`,
        `const x = await import('${specifier}')`,
        `import {\n  x,\n  y,\n} from '${specifier}'`,
        `type X = import('${specifier}').X`,
      ]
      for (const way of ways)
        expect(forbiddenImports([planted(path, `const a = 1\n${way}\n`)])).toEqual([
          `${path} imports ${specifier}`,
        ])
    })

  test('and a text that looks like an import is none', () => {
    const text = `const text = "import { x } from 'node:fs'"\n// import 'node:net'\nconst program = \`\nimport 'node:os'\n\`\n`
    expect(importsOf(planted('packages/mls/src/planted.ts', text))).toEqual([])
  })

  test('a cycle is found, and one of types only is none', () => {
    const cycle = [
      planted('packages/mls/src/one.ts', `import { two } from './two.ts'`),
      planted('packages/mls/src/two.ts', `import { three } from './three.ts'`),
      planted('packages/mls/src/three.ts', `export { one } from './one.ts'`),
    ]
    expect(cycleIn([...sources, ...cycle])).toEqual([
      'packages/mls/src/one.ts',
      'packages/mls/src/two.ts',
      'packages/mls/src/three.ts',
      'packages/mls/src/one.ts',
    ])
    const types = planted('packages/mls/src/three.ts', `import type { One } from './one.ts'`)
    expect(cycleIn([...sources, ...cycle.slice(0, 2), types])).toBe(undefined)
  })
})
