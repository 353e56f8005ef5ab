import assert from 'node:assert/strict'
import { openGroupSecrets } from '../src/groupSecrets.ts'
import {
  commit,
  createGroup,
  decode,
  decodeMessage,
  type Engine,
  type Group,
  type KeyPackageBundle,
  process,
} from '../src/index.ts'
import { joinPrivateTree } from '../src/treeKem.ts'
import { bundleOf, groupId } from './people.ts'

/** The first and the last member of a group in which everyone has committed once, so that its tree is full. */
export interface WarmGroup {
  readonly first: Group
  readonly last: Group
}

/**
 * Each member adds the next one, with a path. A new member's state is made of the one that added it: verifying a tree
 * a thousand times would take minutes and show nothing.
 */
export const warmGroup = async (engine: Engine, members: number): Promise<WarmGroup> => {
  let first = await createGroup(engine, {
    groupId: groupId(),
    bundle: await bundleOf(engine, 'member 0'),
  })
  let last = first
  for (let index = 1; index < members; index++) {
    const bundle = await bundleOf(engine, `member ${index}`)
    const { staged, message, welcome } = await commit(engine, last, {
      proposals: [{ kind: 'add', keyPackage: bundle.keyPackage }],
      forcePath: true,
    })
    assert(welcome)
    if (index === 1) first = staged
    else {
      const processed = await process(engine, first, message)
      assert(processed.kind === 'commit' && processed.group)
      first = processed.group
    }
    last = await joined(engine, staged, welcome, bundle, index)
  }
  return { first, last }
}

const joined = async (
  engine: Engine,
  staged: Group,
  welcome: Uint8Array,
  bundle: KeyPackageBundle,
  leafIndex: number,
): Promise<Group> => {
  const message = decode(decodeMessage, welcome)
  assert(message.kind === 'welcome')
  const [sealed] = message.welcome.secrets
  assert(sealed)
  const initKeyPair = { publicKey: bundle.keyPackage.initKey, privateKey: bundle.initPrivateKey }
  const { pathSecret } = await openGroupSecrets(engine, initKeyPair, message.welcome, sealed)
  const own = { leafIndex, encryptionPrivateKey: bundle.encryptionPrivateKey }
  const welcomed = pathSecret && { signer: staged.ownLeaf, pathSecret }
  const { privateTree } = await joinPrivateTree(engine, staged.public.tree, own, welcomed)
  return {
    ...staged,
    ownLeaf: leafIndex,
    privateTree,
    signaturePrivateKey: bundle.signaturePrivateKey,
  }
}
