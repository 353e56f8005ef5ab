import { isJsonObject, type JsonObject } from '../jose/strictJson.ts'
import { limits } from '../limits.ts'
import { bytesOfUrl, refuseForm } from './form.ts'
import type { KeyAlgorithm, SignatureAlgorithm } from './header.ts'
import { isEd25519Key } from './ed25519.ts'
import { isOnP256, numberOf } from './p256.ts'

/** The kinds of keys that the open lane takes. */
export type PublicKeyKind = 'RSA' | 'P-256' | 'Ed25519'

/** A public key that does not contradict itself, and what may be done with it. */
export interface JudgedKey {
  readonly kind: PublicKeyKind
  /** The members that make it (RFC 7638 §3.2), without what it says of itself. */
  readonly essential: Readonly<Record<string, string>>
  /** What is sealed to it; null where it only signs. */
  readonly sealing: KeyAlgorithm | null
  /** What it may have signed; null where it only receives. */
  readonly signing: SignatureAlgorithm | null
  readonly bits: number
}

interface Kind {
  readonly kind: PublicKeyKind
  readonly says: Readonly<Record<string, string>>
  readonly members: readonly string[]
  readonly sealing: KeyAlgorithm | null
  readonly signing: SignatureAlgorithm
  /** Values of `alg` beside the two algorithms. */
  readonly otherNames: readonly string[]
  /** What of `key_ops` is for sealing to it (RFC 7517 §4.3). Of an agreement the public half does nothing by itself. */
  readonly sealingOps: readonly string[]
  bitsOf(members: readonly Uint8Array[]): number
  /** Of a kind that earlier versions took unseen: whether it is one that can have signed. */
  canSign?(members: readonly Uint8Array[]): boolean
}

const rsaBytesMin = limits.openRsaBitsMin / 8
const rsaBytesMax = limits.openRsaBitsMax / 8
const smallPrimes = [3n, 5n, 7n, 11n, 13n, 17n, 19n, 23n, 29n, 31n, 37n, 41n, 43n, 47n, 53n, 59n, 61n]

/** That a number could be a modulus of RSA: of no small factor. 65537 is what libraries make; others invite mistakes. */
const rsaBits = ([n = new Uint8Array(), e = new Uint8Array()]: readonly Uint8Array[]): number => {
  const isLength = n.length >= rsaBytesMin && n.length <= rsaBytesMax && (n[0] ?? 0) >= 0x80
  if (!isLength || e.join() !== '1,0,1') return refuseForm('KEY_INVALID')
  const modulus = numberOf(n)
  const isOdd = modulus % 2n === 1n
  return isOdd && smallPrimes.every((prime) => modulus % prime !== 0n)
    ? 8 * n.length
    : refuseForm('KEY_INVALID')
}

const kinds: readonly Kind[] = [
  {
    kind: 'RSA',
    says: { kty: 'RSA' },
    members: ['n', 'e'],
    sealing: 'RSA-OAEP-256',
    signing: 'PS256',
    otherNames: [],
    sealingOps: ['encrypt', 'wrapKey'],
    bitsOf: rsaBits,
  },
  {
    kind: 'P-256',
    says: { kty: 'EC', crv: 'P-256' },
    members: ['x', 'y'],
    sealing: 'ECDH-ES+A256KW',
    signing: 'ES256',
    otherNames: [],
    sealingOps: ['deriveKey', 'deriveBits'],
    bitsOf: ([x = new Uint8Array(), y = new Uint8Array()]) =>
      isOnP256(x, y) ? 256 : refuseForm('KEY_INVALID'),
  },
  {
    kind: 'Ed25519',
    says: { kty: 'OKP', crv: 'Ed25519' },
    members: ['x'],
    sealing: null,
    signing: 'EdDSA',
    otherNames: ['Ed25519'],
    sealingOps: [],
    bitsOf: ([x]) => (x?.length === 32 ? 256 : refuseForm('KEY_INVALID')),
    canSign: ([x = new Uint8Array()]) => isEd25519Key(x),
  },
]

const labelNames = ['kid', 'use', 'alg', 'key_ops', 'ext'] as const
const keyOpsMax = 8

const isLabel = (value: unknown): value is string =>
  typeof value === 'string' && value.length <= limits.openKeyLabelCharactersMax

/** What a label allows of sealing and signing; undefined where it is not there. */
interface Allowed {
  readonly seals: boolean
  readonly signs: boolean
}

const ofUse = ({ use }: JsonObject): Allowed | undefined => {
  if (use === undefined) return undefined
  if (use !== 'enc' && use !== 'sig') return refuseForm('KEY_INVALID')
  return { seals: use === 'enc', signs: use === 'sig' }
}

const ofAlgorithm = ({ alg }: JsonObject, { sealing, signing, otherNames }: Kind): Allowed | undefined => {
  if (alg === undefined) return undefined
  if (alg === 'RSA1_5') return refuseForm('ALG_WITHDRAWN')
  const [seals, signs] = [alg === sealing, alg === signing || otherNames.some((name) => name === alg)]
  return seals || signs ? { seals, signs } : refuseForm('KEY_INVALID')
}

const ofOperations = ({ key_ops: ops }: JsonObject, { kind, sealingOps }: Kind): Allowed | undefined => {
  if (ops === undefined) return undefined
  if (!Array.isArray(ops) || ops.length > keyOpsMax || !ops.every(isLabel)) return refuseForm('KEY_INVALID')
  const isKnown = ops.every((op) => op === 'verify' || sealingOps.includes(op))
  if (!isKnown || new Set(ops).size !== ops.length) return refuseForm('KEY_INVALID')
  // As WebCrypto writes the public half of an agreement: it is for nothing that the half does alone.
  if (ops.length === 0 && kind === 'P-256') return { seals: true, signs: false }
  return { seals: ops.some((op) => sealingOps.includes(op)), signs: ops.includes('verify') }
}

/** What all labels say alike: a key of which one allows what another does not contradicts itself. */
const allowedBy = (jwk: JsonObject, kind: Kind): Allowed => {
  const labels = [ofUse(jwk), ofAlgorithm(jwk, kind), ofOperations(jwk, kind)].filter(
    (one) => one !== undefined,
  )
  const [first = { seals: kind.sealing !== null, signs: true }, ...others] = labels
  const isOneThing = others.every(({ seals, signs }) => seals === first.seals && signs === first.signs)
  const isForSomething = first.signs || (first.seals && kind.sealing !== null)
  return isOneThing && isForSomething ? first : refuseForm('KEY_INVALID')
}

const textIn = (value: unknown): string => (typeof value === 'string' ? value : refuseForm('KEY_INVALID'))

/**
 * A key that is put up now, or one that is there already: servers took every label once, also such that contradict each
 * other. A key that does receives as it did, or whoever has it would be cut off; nothing counts as signed by it.
 */
export type KeyAge = 'new' | 'there'

const allowedOf = (jwk: JsonObject, kind: Kind, age: KeyAge): Allowed => {
  try {
    return allowedBy(jwk, kind)
  } catch (error) {
    if (age === 'there') return { seals: jwk['use'] !== 'sig', signs: false }
    throw error
  }
}

/** That nothing but labels stands beside the members that make a key. @throws FormRefusal `KEY_INVALID` */
const checkLabels = (jwk: JsonObject, members: readonly string[]): void => {
  const names: readonly string[] = [...members, ...labelNames]
  if (Object.keys(jwk).some((name) => !names.includes(name))) refuseForm('KEY_INVALID')
  const { kid, ext } = jwk
  if ((kid !== undefined && !isLabel(kid)) || (ext !== undefined && typeof ext !== 'boolean'))
    refuseForm('KEY_INVALID')
}

/**
 * Judges a public key as a JWK (RFC 7517, 7518 §6, 8037 §2): the members that make it, and what it says of itself, which
 * must agree. Of a new one, a private part, a certificate and everything else that is not a label is refused without being
 * named; of one that is there it is left out.
 *
 * @throws FormRefusal `KEY_INVALID`, `ALG_WITHDRAWN`
 */
export const judgeKey = (jwk: unknown, age: KeyAge = 'new'): JudgedKey => {
  if (!isJsonObject(jwk)) return refuseForm('KEY_INVALID')
  if (jwk['kty'] === 'DSA') return refuseForm('ALG_WITHDRAWN')
  const kind = kinds.find(({ says }) => Object.entries(says).every(([name, value]) => jwk[name] === value))
  if (!kind) return refuseForm('KEY_INVALID')
  const names = [...Object.keys(kind.says), ...kind.members]
  if (age === 'new') checkLabels(jwk, names)
  const { seals, signs } = allowedOf(jwk, kind, age)
  const members = kind.members.map((name) => bytesOfUrl(jwk[name]))
  const bits = kind.bitsOf(members)
  const canSign = kind.canSign?.(members) ?? true
  if (!canSign && age === 'new') refuseForm('KEY_INVALID')
  return {
    kind: kind.kind,
    essential: Object.fromEntries(names.map((name) => [name, textIn(jwk[name])])),
    sealing: seals ? kind.sealing : null,
    signing: signs && canSign ? kind.signing : null,
    bits,
  }
}

/** The keys of one account: the first that receives counts, and all that sign may have signed. */
export interface JudgedKeys {
  readonly all: readonly JudgedKey[]
  readonly receiving: JudgedKey
}

/**
 * A JWK, or a JWK Set and nothing beside it, in which, where it is new, no key stands twice and no two are called the same.
 *
 * @throws FormRefusal `KEY_INVALID`, `ALG_WITHDRAWN`
 */
export const judgeKeys = (value: unknown, age: KeyAge = 'new'): JudgedKeys => {
  if (!isJsonObject(value)) return refuseForm('KEY_INVALID')
  const isSet = Array.isArray(value['keys'])
  if (isSet && Object.keys(value).length !== 1) refuseForm('KEY_INVALID')
  const given = isSet ? (value['keys'] as readonly JsonObject[]) : [value]
  if (given.length > limits.openKeysPerSetMax) refuseForm('KEY_INVALID')
  const all = given.map((jwk) => judgeKey(jwk, age))
  const kids = given.map(({ kid }) => kid).filter((kid) => kid !== undefined)
  const made = all.map(({ essential }) => JSON.stringify(essential))
  const isTwice = new Set(kids).size !== kids.length || new Set(made).size !== made.length
  if (isTwice && age === 'new') refuseForm('KEY_INVALID')
  const receiving = all.find(({ sealing }) => sealing !== null)
  return receiving ? { all, receiving } : refuseForm('KEY_INVALID')
}
