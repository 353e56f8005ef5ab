import { describe, expect, test } from 'vitest'
import { compilerComplaints } from './plantation.ts'

/** What the surroundings of a program lend it, and must not be there for code that is given everything. */
const surroundings: Readonly<Record<string, string>> = {
  'network.ts': `export const x = fetch('http://example.org')`,
  'socket.ts': `export const x = new WebSocket('ws://example.org')`,
  'process.ts': `export const x = process.env`,
  'buffer.ts': `export const x = Buffer.from('x')`,
  'page.ts': `export const x = document.title`,
  'window.ts': `export const x = window.location`,
  'storage.ts': `export const x = localStorage.getItem('x')`,
  'database.ts': `export const x = indexedDB.open('x')`,
  'timer.ts': `export const x = setTimeout(() => undefined, 1)`,
  'randomness.ts': `export const x = crypto.getRandomValues(new Uint8Array(1))`,
  'clock.ts': `export const x = performance.now()`,
  'console.ts': `console.log('x')\nexport {}`,
  'files.ts': `import { readFileSync } from 'node:fs'\nexport const x = readFileSync`,
  'sockets.ts': `import { connect } from 'node:net'\nexport const x = connect`,
}

const innocent = { 'innocent.ts': `export const x = new Uint8Array(1).length` }

describe('the compiler refuses', () => {
  for (const project of ['mls', 'protocol', 'trust', 'client', 'lane'])
    test(`the world in ${project}`, () => {
      const complaints = compilerComplaints(`packages/${project}/tsconfig.json`, {
        ...surroundings,
        ...innocent,
      })
      expect([...complaints.keys()].toSorted()).toEqual(Object.keys(surroundings).toSorted())
    })

  test('Node in a browser', () => {
    const plants = {
      'files.ts': surroundings['files.ts'] as string,
      'process.ts': surroundings['process.ts'] as string,
      'buffer.ts': surroundings['buffer.ts'] as string,
    }
    const allowed = { 'page.ts': surroundings['page.ts'] as string }
    for (const project of ['packages/client/tsconfig.web.json', 'packages/web/tsconfig.json'])
      expect([...compilerComplaints(project, { ...plants, ...allowed }).keys()].toSorted(), project).toEqual(
        Object.keys(plants).toSorted(),
      )
  })

  test('a component whose text would stand in the element of another', () => {
    const plants = {
      'text.tsx': `const Words = () => 'x'\nexport const y = <p><Words /></p>`,
      'perhaps.tsx': `const Words = ({ x }: { x: boolean }) => (x ? 'x' : <b />)\nexport const y = <p><Words x /></p>`,
      'list.tsx': `const Words = () => ['x', <b key="b" />]\nexport const y = <p><Words /></p>`,
      'node.tsx': `import type { ReactNode } from 'react'\nconst Words = ({ x }: { x: ReactNode }) => x\nexport const y = <p><Words x="x" /></p>`,
    }
    const allowed = { 'own.tsx': `const Words = () => <>x</>\nexport const y = <p><Words /></p>` }
    const planted = { ...plants, ...allowed }
    const complaints = compilerComplaints('packages/web/tsconfig.json', planted, 'packages/web')
    expect(Object.fromEntries(complaints)).toEqual(
      Object.fromEntries(Object.keys(plants).map((path) => [path, ['TS2786']])),
    )
  })

  test('a page in Node', () => {
    const plants = {
      'page.ts': surroundings['page.ts'] as string,
      'window.ts': surroundings['window.ts'] as string,
    }
    const allowed = { 'files.ts': surroundings['files.ts'] as string }
    for (const project of ['server', 'cli'])
      expect(
        [...compilerComplaints(`packages/${project}/tsconfig.json`, { ...plants, ...allowed }).keys()],
        project,
      ).toEqual(Object.keys(plants))
  })

  test('a package that is entered through a deep path', () => {
    const plants = {
      'engine.ts': `import { x } from '@sotto/mls/src/group.ts'\nexport const y = x`,
      'protocol.ts': `import { x } from '@sotto/protocol/src/limits.ts'\nexport const y = x`,
      'folder.ts': `import { x } from '@sotto/mls/src/group'\nexport const y = x`,
    }
    const entrance = { 'entrance.ts': `import { limits } from '@sotto/protocol'\nexport const y = limits` }
    const complaints = compilerComplaints('packages/server/tsconfig.json', { ...plants, ...entrance })
    expect(Object.fromEntries(complaints)).toEqual(
      Object.fromEntries(Object.keys(plants).map((path) => [path, ['TS2307']])),
    )
  })

  test('a secret by way of the public part of the engine', () => {
    const secrets = [
      'createGroup',
      'commit',
      'process',
      'join',
      'encrypt',
      'exportSecret',
      'epochAuthenticator',
    ]
    const types = ['Group', 'KeyPackageBundle']
    const plants = {
      ...Object.fromEntries(
        secrets.map((name) => [
          `${name}.ts`,
          `import { ${name} } from '@sotto/mls/public'\nexport const x = ${name}`,
        ]),
      ),
      ...Object.fromEntries(
        types.map((name) => [
          `${name}.ts`,
          `import type { ${name} } from '@sotto/mls/public'\nexport type X = ${name}`,
        ]),
      ),
    }
    const allowed = { 'public.ts': `import { observe } from '@sotto/mls/public'\nexport const x = observe` }
    const complaints = compilerComplaints('packages/server/tsconfig.json', { ...plants, ...allowed })
    expect([...complaints.keys()].toSorted()).toEqual(Object.keys(plants).toSorted())
  })
})
