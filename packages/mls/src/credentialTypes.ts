import { credentialTypeOf } from './credential.ts'
import { MlsError } from './error.ts'
import { memberCount, type RatchetTree, type Subtree } from './ratchetTree.ts'

/** Credential types of the members under a node: those that any uses, those that all can read. */
interface CredentialTypes {
  readonly used: readonly number[]
  readonly supported: readonly number[]
}

const remembered = new WeakMap<Subtree, CredentialTypes>()

/** Every member can read the credential of every other (RFC 9420 §7.3). @throws MlsError `invalid_leaf` */
export const assertReadableCredentials = (tree: RatchetTree): void => {
  const types = credentialTypes(tree)
  const unreadable = types?.used.find((type) => !types.supported.includes(type))
  if (unreadable !== undefined)
    throw new MlsError('invalid_leaf', `credential type ${unreadable} is not supported by all members`)
}

/** @returns undefined where there is no member */
const credentialTypes = (subtree: Subtree): CredentialTypes | undefined => {
  if (memberCount(subtree) === 0) return undefined
  const known = remembered.get(subtree)
  if (known) return known
  const types =
    subtree.kind === 'leaf'
      ? subtree.leaf && {
          used: [credentialTypeOf(subtree.leaf.credential)],
          supported: [...new Set(subtree.leaf.capabilities.credentials)].toSorted((a, b) => a - b),
        }
      : both(credentialTypes(subtree.left), credentialTypes(subtree.right))
  if (types) remembered.set(subtree, types)
  return types
}

/** Where both sides say the same, which is nearly everywhere, one of the two is kept for both. */
const both = (
  left: CredentialTypes | undefined,
  right: CredentialTypes | undefined,
): CredentialTypes | undefined => {
  if (!left || !right) return left ?? right
  if (same(left.used, right.used) && same(left.supported, right.supported)) return left
  return {
    used: [...new Set([...left.used, ...right.used])].toSorted((a, b) => a - b),
    supported: left.supported.filter((type) => right.supported.includes(type)),
  }
}

const same = (one: readonly number[], other: readonly number[]): boolean =>
  one === other || (one.length === other.length && one.every((type, at) => type === other[at]))
