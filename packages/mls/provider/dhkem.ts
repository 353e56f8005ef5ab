import { ascii, concat } from '../src/bytes.ts'
import { kemId, labeledExpand, labeledExtract, uint16Bytes } from '../src/hpke-kdf.ts'
import { MlsError } from '../src/error.ts'
import type { Awaitable, HashName, KemName, KeyPair, Provider } from '../src/provider.ts'
import { publicKeysMax, type DhPrivateKey, type Group, type Kem, type KeyCaches } from './kem.ts'

/** The KEMs of RFC 9180 that are made of a Diffie-Hellman group. */
export type DhName = Exclude<KemName, 'MLKEM768-X25519'>

interface DhParameters {
  readonly hash: HashName
  readonly privateBytes: number
  readonly publicBytes: number
  readonly secretBytes: number
  /** For NIST curves: the group order, and the mask of the first byte of a candidate scalar (§7.1.3). */
  readonly scalar?: { readonly order: bigint; readonly mask: number }
}

const p256Order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n
const p384Order =
  0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n
const p521Order =
  0x01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409n

/** RFC 9180 §7.1, table 2. */
export const dhParameters: Readonly<Record<DhName, DhParameters>> = {
  'P-256': {
    hash: 'SHA-256',
    privateBytes: 32,
    publicBytes: 65,
    secretBytes: 32,
    scalar: { order: p256Order, mask: 0xff },
  },
  'P-384': {
    hash: 'SHA-384',
    privateBytes: 48,
    publicBytes: 97,
    secretBytes: 48,
    scalar: { order: p384Order, mask: 0xff },
  },
  'P-521': {
    hash: 'SHA-512',
    privateBytes: 66,
    publicBytes: 133,
    secretBytes: 64,
    scalar: { order: p521Order, mask: 0x01 },
  },
  X25519: { hash: 'SHA-256', privateBytes: 32, publicBytes: 32, secretBytes: 32 },
  X448: { hash: 'SHA-512', privateBytes: 56, publicBytes: 56, secretBytes: 64 },
}

type Hkdf = Pick<Provider, 'hkdfExtract' | 'hkdfExpand'>

const empty = new Uint8Array(0)

const suiteId = (name: KemName): Uint8Array => concat(ascii('KEM'), uint16Bytes(kemId[name]))

/** suite_id of RFC 9180 §4.1, for every KEM. */
export const kemSuiteId: Readonly<Record<KemName, Uint8Array>> = {
  'P-256': suiteId('P-256'),
  'P-384': suiteId('P-384'),
  'P-521': suiteId('P-521'),
  X25519: suiteId('X25519'),
  X448: suiteId('X448'),
  'MLKEM768-X25519': suiteId('MLKEM768-X25519'),
}

/** ExtractAndExpand of RFC 9180 §4.1, over `enc || pkRm`. */
const extractAndExpand = (
  hkdf: Hkdf,
  name: DhName,
  dh: Uint8Array,
  encapsulated: Uint8Array,
  recipient: Uint8Array,
): Uint8Array => {
  const { hash, secretBytes } = dhParameters[name]
  const id = kemSuiteId[name]
  const prk = labeledExtract(hkdf, hash, id, empty, 'eae_prk', dh)
  return labeledExpand(hkdf, hash, id, prk, 'shared_secret', concat(encapsulated, recipient), secretBytes)
}

const toBigInt = (bytes: Uint8Array): bigint => {
  let value = 0n
  for (const byte of bytes) value = (value << 8n) | BigInt(byte)
  return value
}

/** The private key of DeriveKeyPair of RFC 9180 §7.1.3. */
const derivePrivateKey = (hkdf: Hkdf, name: DhName, ikm: Uint8Array): Uint8Array => {
  const { hash, privateBytes, scalar } = dhParameters[name]
  const id = kemSuiteId[name]
  const prk = labeledExtract(hkdf, hash, id, empty, 'dkp_prk', ikm)
  if (!scalar) return labeledExpand(hkdf, hash, id, prk, 'sk', empty, privateBytes)
  for (let counter = 0; counter < 256; counter++) {
    const candidate = labeledExpand(hkdf, hash, id, prk, 'candidate', Uint8Array.of(counter), privateBytes)
    candidate[0] = (candidate[0] as number) & scalar.mask
    const value = toBigInt(candidate)
    if (value !== 0n && value < scalar.order) return candidate
  }
  throw new MlsError('invalid_key', 'no scalar could be derived')
}

/** DHKEM of RFC 9180 §4.1 over a platform's group. */
export const dhKem = <PublicKey>(
  name: DhName,
  group: Group<PublicKey>,
  hkdf: Hkdf,
  random: (length: number) => Uint8Array,
  caches: KeyCaches,
): Kem => {
  const publicKeys = caches.publicKeys<Awaitable<PublicKey>>(publicKeysMax)
  const privateKeys = caches.privateKeys<Awaitable<DhPrivateKey<PublicKey>>>()

  const privateOf = (bytes: Uint8Array): Awaitable<DhPrivateKey<PublicKey>> =>
    privateKeys(bytes, () => group.privateKey(bytes))

  const derive = async (ikm: Uint8Array): Promise<KeyPair> => {
    const privateKey = derivePrivateKey(hkdf, name, ikm)
    const key = await privateOf(privateKey)
    return { privateKey, publicKey: await key.publicBytes() }
  }

  return {
    generate: () => derive(random(dhParameters[name].privateBytes)),
    derive,
    async encapsulate(publicKey) {
      const recipient = await publicKeys(publicKey, () => group.publicKey(publicKey))
      const ephemeral = await group.ephemeral()
      const encapsulated = await ephemeral.publicBytes()
      const dh = await ephemeral.agree(recipient)
      return { encapsulated, sharedSecret: extractAndExpand(hkdf, name, dh, encapsulated, publicKey) }
    },
    async decapsulate({ publicKey, privateKey }, encapsulated) {
      const own = await privateOf(privateKey)
      const dh = await own.agree(await group.publicKey(encapsulated))
      return extractAndExpand(hkdf, name, dh, encapsulated, publicKey)
    },
  }
}
