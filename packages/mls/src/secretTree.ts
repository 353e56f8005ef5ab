import { ascii } from './bytes.ts'
import { MlsError } from './error.ts'
import { type Crypto, expandWithLabel } from './labels.ts'
import { type Ratchet, type RatchetLimits, ratchetOf, takeAt, type Taken, takeNext } from './ratchet.ts'
import { fullLeafCount, type LeafIndex } from './treeMath.ts'

/**
 * The tree from which all message keys of an epoch come (RFC 9420 §9), with the shape of the ratchet tree.
 *
 * It is opened as senders are heard of. A secret that was opened is not kept: what remains are the secrets of the
 * parts that are still closed, so that the state cannot give a used key again.
 */
export interface SecretTree {
  readonly leafCount: number
  readonly root: SecretNode
}

export type SecretNode =
  | { readonly kind: 'closed'; readonly secret: Uint8Array }
  | { readonly kind: 'opened'; readonly left: SecretNode; readonly right: SecretNode }
  | LeafRatchets

export interface LeafRatchets {
  readonly kind: 'ratchets'
  readonly handshake: Ratchet
  readonly application: Ratchet
}

export type RatchetName = 'handshake' | 'application'

/** A secret tree after a key was taken from it. */
export interface TakenFromTree extends Omit<Taken, 'ratchet'> {
  readonly tree: SecretTree
}

const empty = new Uint8Array(0)
const leftContext = ascii('left')
const rightContext = ascii('right')

export const secretTreeOf = (encryptionSecret: Uint8Array, leaves: number): SecretTree => ({
  leafCount: fullLeafCount(leaves),
  root: { kind: 'closed', secret: encryptionSecret },
})

/** The next key of a sender, which is ourselves. @throws MlsError `limit_exceeded` */
export const takeNextKey = (
  crypto: Crypto,
  tree: SecretTree,
  leaf: LeafIndex,
  name: RatchetName,
): TakenFromTree => take(crypto, tree, leaf, name, (ratchet) => takeNext(crypto, ratchet))

/** The key that a message names. @throws MlsError `limit_exceeded`, `key_consumed` */
export const takeKeyAt = (
  crypto: Crypto,
  limits: RatchetLimits,
  tree: SecretTree,
  leaf: LeafIndex,
  name: RatchetName,
  generation: number,
): TakenFromTree => take(crypto, tree, leaf, name, (ratchet) => takeAt(crypto, limits, ratchet, generation))

const take = (
  crypto: Crypto,
  tree: SecretTree,
  leaf: LeafIndex,
  name: RatchetName,
  from: (ratchet: Ratchet) => Taken,
): TakenFromTree => {
  if (!Number.isInteger(leaf) || leaf < 0 || leaf >= tree.leafCount)
    throw new MlsError('limit_exceeded', `leaf ${leaf} of ${tree.leafCount}`)

  const opened: Uint8Array[] = []
  const above: { readonly node: SecretNode & { kind: 'opened' }; readonly isLeft: boolean }[] = []
  let at = open(crypto, tree.root, tree.leafCount, opened)
  for (let [width, offset] = [tree.leafCount, leaf]; at.kind === 'opened';) {
    width /= 2
    const isLeft = offset < width
    above.push({ node: at, isLeft })
    if (!isLeft) offset -= width
    at = open(crypto, isLeft ? at.left : at.right, width, opened)
  }

  const taken = from(at[name])
  const root = above.reduceRight<SecretNode>(
    (below, { node, isLeft }) => (isLeft ? { ...node, left: below } : { ...node, right: below }),
    { ...at, [name]: taken.ratchet },
  )
  return {
    tree: { leafCount: tree.leafCount, root },
    messageKey: taken.messageKey,
    consumed: [...opened, ...taken.consumed],
  }
}

const open = (
  crypto: Crypto,
  node: SecretNode,
  width: number,
  opened: Uint8Array[],
): Exclude<SecretNode, { kind: 'closed' }> => {
  if (node.kind !== 'closed') return node
  opened.push(node.secret)
  const derive = (label: string, context: Uint8Array): Uint8Array =>
    expandWithLabel(crypto, node.secret, label, context, crypto.suite.hashBytes)
  if (width === 1)
    return {
      kind: 'ratchets',
      handshake: ratchetOf(derive('handshake', empty)),
      application: ratchetOf(derive('application', empty)),
    }
  return {
    kind: 'opened',
    left: { kind: 'closed', secret: derive('tree', leftContext) },
    right: { kind: 'closed', secret: derive('tree', rightContext) },
  }
}

/** Every secret that a secret tree holds, to be wiped when the epoch is over. */
export function* secretsIn(node: SecretNode): Generator<Uint8Array> {
  switch (node.kind) {
    case 'closed':
      yield node.secret
      return
    case 'opened':
      yield* secretsIn(node.left)
      yield* secretsIn(node.right)
      return
    case 'ratchets':
      for (const { secret, skipped } of [node.handshake, node.application]) {
        yield secret
        for (const { key, nonce } of skipped) {
          yield key
          yield nonce
        }
      }
  }
}
