import assert from 'node:assert/strict'
import { describe, expect, it } from 'vitest'
import {
  commit,
  type Committed,
  createGroup,
  decode,
  decodeMessage,
  encodeTree,
  encrypt,
  epochAuthenticator,
  type Group,
  groupFromParts,
  groupParts,
  hybridSuiteId,
  join,
  type KeyPackageBundle,
  memberCount,
  observe,
  openPublicGroup,
  process,
  type Proposal,
} from '../src/index.ts'
import { bundleOf, engineOf, groupId, storySuites, utf8 } from './people.ts'
import { warmGroup } from './warmGroup.ts'

const sizeOf = (before: Group | null, after: Group, secretOnly = false): number =>
  groupParts(before, after)
    .filter(({ part }) => !secretOnly || !/^(tree|context|proposals)/.test(part))
    .reduce((sum, { bytes }) => sum + (bytes?.length ?? 0), 0)

/** How many nodes a commit's path has, and how many times a secret is sealed for it. */
const pathOf = (message: Uint8Array): { readonly nodes: number; readonly sealed: number } => {
  const read = decode(decodeMessage, message)
  assert(read.kind === 'public' && read.message.authenticated.framed.content.kind === 'commit')
  const { path } = read.message.authenticated.framed.content.commit
  assert(path)
  return {
    nodes: path.nodes.length,
    sealed: path.nodes.reduce((sum, node) => sum + node.encryptedPathSecrets.length, 0),
  }
}

describe.each(storySuites)('a full tree, suite %d', (suite) => {
  const engine = engineOf(suite)

  it('costs its members as much as it is deep', { timeout: 120_000 }, async () => {
    const sizes = new Map<number, number>()
    for (const members of [8, 64]) {
      const { first, last } = await warmGroup(engine, members)
      const renewed = await commit(engine, last)
      const processed = await process(engine, first, renewed.message)
      assert(processed.kind === 'commit' && processed.group)
      expect(epochAuthenticator(processed.group)).toEqual(epochAuthenticator(renewed.staged))
      const depth = Math.log2(members)
      expect(pathOf(renewed.message)).toEqual({ nodes: depth, sealed: depth })
      sizes.set(members, renewed.message.length)
    }
    const perLevel = (sizes.get(64) ?? 0) - (sizes.get(8) ?? 0)
    expect(perLevel / 3).toBeLessThan(suite === hybridSuiteId ? 2600 : 160)
  })
})

describe('a group of 1,000 members in the suite of the product', () => {
  const engine = engineOf(hybridSuiteId)

  it(
    'is made in batches, joined, followed by a server, stored in small writes',
    { timeout: 180_000 },
    async () => {
      const bundles: KeyPackageBundle[] = []
      for (let index = 0; index < 1000; index++) bundles.push(await bundleOf(engine, `member ${index}`))
      const [creator, ...others] = bundles
      assert(creator)
      let alice = await createGroup(engine, { groupId: groupId(), bundle: creator })
      let committed: Committed | undefined
      while (others.length > 0) {
        const proposals = others
          .splice(0, 64)
          .map(({ keyPackage }): Proposal => ({ kind: 'add', keyPackage }))
        committed = await commit(engine, alice, { proposals })
        alice = committed.staged
      }
      assert(committed?.welcome)
      expect(memberCount(alice.public.tree)).toBe(1000)

      const tree = encodeTree(alice.public.tree)
      const server = await openPublicGroup(engine, { groupInfo: committed.groupInfo, tree })
      const last = bundles.at(-1) as KeyPackageBundle
      const { group: zoe } = await join(engine, { welcome: committed.welcome, bundles: [last], tree })
      expect(zoe.ownLeaf).toBe(999)

      // What has to be kept secret is small, whatever the number of members.
      expect(sizeOf(null, zoe, true)).toBeLessThan(20_000)

      const said = await encrypt(engine, alice, utf8('hello, all of you'))
      expect(sizeOf(alice, said.group)).toBeLessThan(1000)
      const heard = await process(engine, zoe, said.message)
      assert(heard.kind === 'application')
      expect(sizeOf(zoe, heard.group)).toBeLessThan(1000)
      const again = await encrypt(engine, said.group, utf8('again'))
      expect(sizeOf(said.group, again.group)).toBeLessThan(200)

      // One takes someone out; all others, and the server, follow.
      const removal = await commit(engine, heard.group, { proposals: [{ kind: 'remove', removed: 500 }] })
      const followed = await process(engine, again.group, removal.message)
      assert(followed.kind === 'commit' && followed.group)
      expect(epochAuthenticator(followed.group)).toEqual(epochAuthenticator(removal.staged))
      const observed = await observe(engine, server, removal.message)
      expect(observed.group.context).toEqual(followed.group.public.context)
      expect(sizeOf(again.group, followed.group)).toBeLessThan(100_000)

      // And what was stored is enough to speak again.
      const parts = new Map(
        groupParts(null, followed.group).map(({ part, bytes }) => [part, bytes as Uint8Array]),
      )
      const restored = groupFromParts(parts)
      const back = await encrypt(engine, restored, utf8('I was away'))
      expect((await process(engine, removal.staged, back.message)).kind).toBe('application')
    },
  )
})
