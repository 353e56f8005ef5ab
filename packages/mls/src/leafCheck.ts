import { MlsError } from './error.ts'
import type { Crypto } from './labels.ts'
import type { LeafNode } from './leafNode.ts'
import type { Awaitable } from './provider.ts'
import type { LeafIndex } from './treeMath.ts'

/** Where a leaf was met that is about to be believed. `previous` is the leaf that it takes the place of. */
export interface LeafUse {
  readonly at: 'key_package' | 'add' | 'update' | 'path' | 'tree' | 'external'
  readonly previous?: LeafNode
  readonly leafIndex?: LeafIndex
  readonly groupId?: Uint8Array
}

/**
 * The caller's say over a leaf: credential, lifetime, succession of identities, single use of key packages
 * (RFC 9420 §5.3.1, §7.3). It is asked after the signature held, on every path by which a leaf comes in.
 *
 * @returns a reason to refuse, undefined to accept
 */
export type LeafCheck = (leaf: LeafNode, use: LeafUse) => Awaitable<string | undefined>

/** What the tree needs of an engine. */
export interface TreeEngine extends Crypto {
  readonly checks: { readonly leaf: LeafCheck }
  readonly limits: { readonly leavesMax: number }
}

/** @throws MlsError `refused_by_caller` */
export const askLeafCheck = async (engine: TreeEngine, leaf: LeafNode, use: LeafUse): Promise<void> => {
  const reason = await engine.checks.leaf(leaf, use)
  if (reason !== undefined) throw new MlsError('refused_by_caller', `leaf at ${use.at}: ${reason}`)
}
