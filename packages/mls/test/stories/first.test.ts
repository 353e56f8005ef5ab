import { describe, expect, it } from 'vitest'
import {
  commit,
  createGroup,
  encodeTree,
  encrypt,
  epochAuthenticator,
  join,
  makeGroupInfo,
  observe,
  openPublicGroup,
  process,
} from '../../src/index.ts'
import { bundleOf, engineOf, fromUtf8, groupId, storySuites, utf8 } from './people.ts'

describe.each(storySuites)('first words, suite %d', (suite) => {
  it('Alice adds Bob, and they talk', async () => {
    const engine = engineOf(suite)
    const bob0 = await bundleOf(engine, 'bob')
    const alice0 = await createGroup(engine, {
      groupId: groupId(),
      bundle: await bundleOf(engine, 'alice'),
      extensions: [],
    })
    const server = await openPublicGroup(engine, {
      groupInfo: await makeGroupInfo(engine, alice0),
      tree: encodeTree(alice0.public.tree),
    })
    const added = await commit(engine, alice0, {
      proposals: [{ kind: 'add', keyPackage: bob0.keyPackage }],
    })
    const seen = await observe(engine, server, added.message)
    expect(seen.kind).toBe('commit')
    expect(seen.group.context).toEqual(added.staged.public.context)

    const bob1 = await join(engine, {
      welcome: added.welcome ?? new Uint8Array(),
      bundles: [bob0],
      tree: encodeTree(seen.group.tree),
    })
    expect(bob1.signer).toBe(0)
    expect(epochAuthenticator(bob1.group)).toEqual(epochAuthenticator(added.staged))

    const hello = await encrypt(engine, added.staged, utf8('hello'))
    const heard = await process(engine, bob1.group, hello.message)
    expect(heard.kind).toBe('application')
    if (heard.kind !== 'application') return
    expect(fromUtf8(heard.data)).toBe('hello')
    expect(heard.sender).toBe(0)
  })
})
