import {
  decryptWithLabel,
  encryptWithLabel,
  hybridSuiteId,
  leaves,
  type PublicGroup,
  suiteOf,
} from '@sotto/mls'
import type { Provider } from '@sotto/mls'
import {
  blob,
  boolean,
  bytes,
  decodeAs,
  encodeAs,
  encodeCanonical,
  equalBytes,
  hookId,
  limits,
  list,
  type Shape,
  struct,
  text,
} from '@sotto/protocol'
import { deviceOf, type Hook, identityOf, may, type Policy } from '@sotto/trust'
import type { Contact } from '../account/contactRows.ts'
import type { Jose } from '../ports/jose.ts'
import { card, type Card, hookIdOf, isHookName, keyOfCard, thumbprintOf } from './card.ts'
import { type KeyPair, keyPairIn } from './keyPair.ts'
import type { Generation } from './keys.ts'
import { isPair } from './post.ts'
import { keyIdOf } from './publicKey.ts'
import { readStatement, type Statement } from './statement.ts'

/**
 * How members tell each other the keys of a hook: as a message of the room, so that it stands at one place in the log
 * for everybody, who left before cannot read it, and who sent it is known. Everything in it is bound to the room's
 * policy: the card by the hook's id, the keys by the anchor's signature, so that any member may pass it on.
 */
export interface Share {
  readonly hook: Uint8Array
  readonly card: Card
  readonly statement: string
  readonly ec: Uint8Array
  readonly rsa: Uint8Array
  /** The first words of a hook that was just made, or keys that take the place of others. */
  readonly isNew: boolean
  /** The anchor's private key, for each device of those who may set hooks up: members who may not never have it. */
  readonly anchors: readonly SealedAnchor[]
}

interface SealedAnchor {
  readonly device: Uint8Array
  readonly kemOutput: Uint8Array
  readonly ciphertext: Uint8Array
}

const privateKey = blob(4096, 1)
const anchorsMax = 16

const share: Shape<Share> = struct({
  hook: hookId,
  card,
  statement: text(limits.hookStatementBytesMax),
  ec: privateKey,
  rsa: privateKey,
  isNew: boolean,
  anchors: list(struct({ device: bytes(16), kemOutput: blob(2048), ciphertext: blob(1024) }), anchorsMax),
})

export const encodeShare = (told: Share): Uint8Array => encodeAs(share, told)

/** @throws SottoError `bad_request` */
export const decodeShare = (keys: Uint8Array): Share => decodeAs(share, keys, 'keys')

const suite = suiteOf(hybridSuiteId)
const anchorLabel = 'sotto/1 hook anchor'

const anchorContext = (room: Uint8Array, hook: Uint8Array, device: Uint8Array): Uint8Array =>
  encodeCanonical([room, hook, device])

interface Sealing {
  readonly provider: Provider
  readonly room: Uint8Array
  readonly hook: Uint8Array
}

/** Seals the anchor's key to the devices of those who may set hooks up, by DX. */
export const sealAnchors = async (
  { provider, room, hook }: Sealing,
  anchor: Uint8Array,
  group: PublicGroup,
  policy: Policy,
  find: (account: Uint8Array) => Contact | undefined,
): Promise<readonly SealedAnchor[]> => {
  const sealed: SealedAnchor[] = []
  for (const [, leaf] of leaves(group.tree)) {
    const identity = identityOf(leaf)
    if (!identity || !may(policy, identity.account, 'addHook') || sealed.length === anchorsMax) continue
    const state = find(identity.account)?.state
    const key = state && deviceOf(state, identity.device)?.certificate.sealingKey
    if (!key) continue
    const { device } = identity
    const context = anchorContext(room, hook, device)
    sealed.push({
      device,
      ...(await encryptWithLabel({ provider, suite }, key, anchorLabel, context, anchor)),
    })
  }
  return sealed
}

/** DX of this device, both halves. */
export interface SealingKey {
  readonly publicKey: Uint8Array
  readonly privateKey: Uint8Array
}

/** The anchor's key, where it was sealed for this device and is the right one; null otherwise. */
export const openAnchor = async (
  { provider, room, hook }: Sealing,
  anchors: readonly SealedAnchor[],
  device: Uint8Array,
  own: SealingKey,
  anchor: Uint8Array,
): Promise<Uint8Array | null> => {
  const mine = anchors.find((one) => equalBytes(one.device, device))
  if (!mine) return null
  try {
    const key = await decryptWithLabel(
      { provider, suite },
      own,
      anchorLabel,
      anchorContext(room, hook, device),
      mine,
    )
    return anchorIn(key, anchor) ? key : null
  } catch {
    return null
  }
}

/** The private key of the anchor with this thumbprint, as its JSON. */
export const anchorIn = (key: Uint8Array, anchor: Uint8Array): KeyPair | undefined => {
  const found = keyPairIn(key)
  return found?.publicKey.kind === 'P-256' && equalBytes(found.publicKey.thumbprint, anchor)
    ? found
    : undefined
}

/** Whether a card is the one that the policy's hook stands for. */
export const isCardOf = (room: Uint8Array, known: Hook, told: Card): boolean =>
  isHookName(told.name) &&
  keyOfCard(told.script) !== undefined &&
  (told.reader === null || keyOfCard(told.reader) !== undefined) &&
  known.script !== null &&
  equalBytes(thumbprintOf(told.script), known.script) &&
  equalBytes(hookIdOf(room, known.anchor, told), known.hook)

interface Judging {
  readonly jose: Jose
  readonly provider: Pick<Provider, 'random'>
  /** The log's time of the message. */
  readonly timeMs: number
}

/** The keys that a share tells; undefined unless the anchor vouches for them, and the private ones open what is sealed to them. */
export const generationIn = async (
  { jose, provider, timeMs }: Judging,
  known: Hook,
  told: Share,
): Promise<Generation | undefined> => {
  const statement = await readStatement(jose, known.anchor, told.statement)
  if (!statement || !equalBytes(statement.hook, known.hook) || !isTimely(statement, timeMs)) return undefined
  const [ec, rsa] = [keyPairIn(told.ec), keyPairIn(told.rsa)]
  if (ec?.publicKey.text !== statement.ec.text || rsa?.publicKey.text !== statement.rsa.text) return undefined
  // Who lies about a private key must not keep others from the right one.
  const tools = { jose, provider }
  const isWhole =
    (await isPair(tools, ec.publicKey, 'ECDH-ES+A256KW', ec.privateKey)) &&
    (await isPair(tools, rsa.publicKey, 'RSA-OAEP-256', rsa.privateKey))
  return isWhole ? generationOf(statement, told) : undefined
}

/** Nobody makes keys that last beyond what scripts are told. */
const isTimely = ({ expiresS }: Statement, timeMs: number): boolean =>
  expiresS * 1000 <= timeMs + limits.hookKeysDaysMax * 86_400_000 + limits.hookTimeSkewMs

export const generationOf = (
  { generation, ec: ecKey, rsa: rsaKey, notBeforeS, expiresS }: Statement,
  { statement, ec, rsa }: Pick<Share, 'statement' | 'ec' | 'rsa'>,
): Generation => ({
  generation,
  statement,
  ec,
  rsa,
  ecId: keyIdOf(ecKey),
  rsaId: keyIdOf(rsaKey),
  notBeforeS,
  expiresS,
  untilMs: null,
})
