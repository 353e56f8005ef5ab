import type { Reader, Writer } from './codec.ts'
import { MlsError } from './error.ts'
import type { MessageKey, Ratchet } from './ratchet.ts'
import type { LeafRatchets, RatchetName, SecretNode, SecretTree } from './secretTree.ts'
import { decodeStored, encodeStored, type PartChanges, partOf, type Parts } from './storedParts.ts'

/**
 * A secret tree in parts: a secret for each subtree that is closed, the two ratchets of each leaf that is open, and
 * each key that was passed over. What a message changes is a few of them, however many members there are.
 */

/** A node by the leaves below it. */
interface Place {
  readonly first: number
  readonly width: number
}

const lower = ({ first, width }: Place): readonly [Place, Place] => [
  { first, width: width / 2 },
  { first: first + width / 2, width: width / 2 },
]

const ratchetNames: readonly RatchetName[] = ['handshake', 'application']

const closedName = (prefix: string, { first, width }: Place): string => `${prefix}closed/${first}/${width}`
const ratchetsName = (prefix: string, leaf: number): string => `${prefix}ratchets/${leaf}`
const skippedPrefix = (prefix: string, leaf: number, name: RatchetName): string =>
  `${prefix}skipped/${leaf}/${name}/`

export const secretTreeChanges = (
  changes: PartChanges,
  prefix: string,
  before: SecretTree | undefined,
  after: SecretTree | undefined,
): void => {
  if (before === after) return
  if (before && after && before.leafCount === after.leafCount)
    return compare(changes, prefix, { first: 0, width: after.leafCount }, before.root, after.root)
  if (before) dropNode(changes, prefix, { first: 0, width: before.leafCount }, before.root)
  if (after) putNode(changes, prefix, { first: 0, width: after.leafCount }, after.root)
}

const compare = (
  changes: PartChanges,
  prefix: string,
  place: Place,
  before: SecretNode,
  after: SecretNode,
): void => {
  if (before === after) return
  if (before.kind === 'opened' && after.kind === 'opened') {
    const [left, right] = lower(place)
    compare(changes, prefix, left, before.left, after.left)
    return compare(changes, prefix, right, before.right, after.right)
  }
  if (before.kind === 'ratchets' && after.kind === 'ratchets') {
    changes.set(ratchetsName(prefix, place.first), encodeRatchets(after))
    for (const name of ratchetNames)
      skippedChanges(
        changes,
        skippedPrefix(prefix, place.first, name),
        before[name].skipped,
        after[name].skipped,
      )
    return
  }
  dropNode(changes, prefix, place, before)
  putNode(changes, prefix, place, after)
}

const dropNode = (changes: PartChanges, prefix: string, place: Place, node: SecretNode): void => {
  switch (node.kind) {
    case 'closed':
      return changes.delete(closedName(prefix, place))
    case 'opened': {
      const [left, right] = lower(place)
      dropNode(changes, prefix, left, node.left)
      return dropNode(changes, prefix, right, node.right)
    }
    case 'ratchets':
      changes.delete(ratchetsName(prefix, place.first))
      for (const name of ratchetNames)
        skippedChanges(changes, skippedPrefix(prefix, place.first, name), node[name].skipped, [])
  }
}

const putNode = (changes: PartChanges, prefix: string, place: Place, node: SecretNode): void => {
  switch (node.kind) {
    case 'closed':
      return changes.set(
        closedName(prefix, place),
        encodeStored((writer) => writer.opaque(node.secret)),
      )
    case 'opened': {
      const [left, right] = lower(place)
      putNode(changes, prefix, left, node.left)
      return putNode(changes, prefix, right, node.right)
    }
    case 'ratchets':
      changes.set(ratchetsName(prefix, place.first), encodeRatchets(node))
      for (const name of ratchetNames)
        skippedChanges(changes, skippedPrefix(prefix, place.first, name), [], node[name].skipped)
  }
}

const skippedChanges = (
  changes: PartChanges,
  prefix: string,
  before: readonly MessageKey[],
  after: readonly MessageKey[],
): void => {
  if (before === after) return
  const [old, now] = [new Set(before), new Set(after)]
  for (const key of old) if (!now.has(key)) changes.delete(prefix + key.generation)
  for (const key of now) if (!old.has(key)) changes.set(prefix + key.generation, encodeMessageKey(key))
}

/** Of a key that was passed over, that key and nothing from which another could be had. */
const encodeMessageKey = ({ key, nonce }: MessageKey): Uint8Array =>
  encodeStored((writer) => {
    writer.opaque(key)
    writer.opaque(nonce)
  })

const encodeRatchet = (writer: Writer, { secret, generation }: Ratchet): void => {
  writer.opaque(secret)
  writer.uint32(generation)
}

const encodeRatchets = ({ handshake, application }: LeafRatchets): Uint8Array =>
  encodeStored((writer) => {
    encodeRatchet(writer, handshake)
    encodeRatchet(writer, application)
  })

/** @throws MlsError `malformed`, `unsupported` */
export const secretTreeFromParts = (parts: Parts, prefix: string, leafCount: number): SecretTree => {
  const skipped = skippedFromParts(parts, `${prefix}skipped/`)
  const nodeAt = (place: Place): SecretNode => {
    const closed = parts.get(closedName(prefix, place))
    if (closed) return { kind: 'closed', secret: decodeStored((reader) => reader.opaque(), closed) }
    if (place.width > 1) {
      const [left, right] = lower(place)
      return { kind: 'opened', left: nodeAt(left), right: nodeAt(right) }
    }
    const decodeRatchet = (reader: Reader, name: RatchetName): Ratchet => ({
      secret: reader.opaque(),
      generation: reader.uint32(),
      skipped: skipped.get(`${place.first}/${name}`) ?? [],
    })
    return decodeStored(
      (reader) => ({
        kind: 'ratchets',
        handshake: decodeRatchet(reader, 'handshake'),
        application: decodeRatchet(reader, 'application'),
      }),
      partOf(parts, ratchetsName(prefix, place.first)),
    )
  }
  return { leafCount, root: nodeAt({ first: 0, width: leafCount }) }
}

/** By leaf and ratchet, in the order of their generations. */
const skippedFromParts = (parts: Parts, prefix: string): ReadonlyMap<string, readonly MessageKey[]> => {
  const skipped = new Map<string, MessageKey[]>()
  for (const [part, bytes] of parts) {
    if (!part.startsWith(prefix)) continue
    const end = part.lastIndexOf('/')
    const ratchet = part.slice(prefix.length, end)
    const generation = Number(part.slice(end + 1))
    if (!Number.isInteger(generation)) throw new MlsError('malformed', `part ${part}`)
    const key = decodeStored(
      (reader) => ({ generation, key: reader.opaque(), nonce: reader.opaque() }),
      bytes,
    )
    const known = skipped.get(ratchet)
    if (known) known.push(key)
    else skipped.set(ratchet, [key])
  }
  for (const keys of skipped.values()) keys.sort((a, b) => a.generation - b.generation)
  return skipped
}
