import assert from 'node:assert/strict'
import {
  type Crypto,
  decryptWithLabel,
  deriveSecret,
  deriveTreeSecret,
  encryptWithLabel,
  expandWithLabel,
  refHash,
  signWithLabel,
  verifyWithLabel,
} from '../../../src/labels.ts'
import { cryptoOf } from '../cryptoOf.ts'
import { fromHex, toHex, vectorFile } from '../vectorFile.ts'

export interface CryptoBasicsCase {
  readonly cipher_suite: number
  readonly ref_hash: { readonly label: string; readonly value: string; readonly out: string }
  readonly expand_with_label: {
    readonly secret: string
    readonly label: string
    readonly context: string
    readonly length: number
    readonly out: string
  }
  readonly derive_secret: { readonly secret: string; readonly label: string; readonly out: string }
  readonly derive_tree_secret: {
    readonly secret: string
    readonly label: string
    readonly generation: number
    readonly length: number
    readonly out: string
  }
  readonly sign_with_label: {
    readonly priv: string
    readonly pub: string
    readonly content: string
    readonly label: string
    readonly signature: string
  }
  readonly encrypt_with_label: {
    readonly priv: string
    readonly pub: string
    readonly label: string
    readonly context: string
    readonly plaintext: string
    readonly kem_output: string
    readonly ciphertext: string
  }
}

/** Holds for every provider. */
export const checkCryptoBasics = async (crypto: Crypto, vector: CryptoBasicsCase): Promise<void> => {
  checkDerivations(crypto, vector)
  await checkSignatures(crypto, vector.sign_with_label)
  await checkEncryption(crypto, vector.encrypt_with_label)
}

const checkDerivations = (crypto: Crypto, vector: CryptoBasicsCase): void => {
  const ref = vector.ref_hash
  assert.equal(toHex(refHash(crypto, ref.label, fromHex(ref.value))), ref.out)
  const expand = vector.expand_with_label
  const context = fromHex(expand.context)
  const expanded = expandWithLabel(crypto, fromHex(expand.secret), expand.label, context, expand.length)
  assert.equal(toHex(expanded), expand.out)
  const derive = vector.derive_secret
  assert.equal(toHex(deriveSecret(crypto, fromHex(derive.secret), derive.label)), derive.out)
  const tree = vector.derive_tree_secret
  const derived = deriveTreeSecret(crypto, fromHex(tree.secret), tree.label, tree.generation, tree.length)
  assert.equal(toHex(derived), tree.out)
}

const checkSignatures = async (
  crypto: Crypto,
  { label, ...vector }: CryptoBasicsCase['sign_with_label'],
): Promise<void> => {
  const [publicKey, content] = [fromHex(vector.pub), fromHex(vector.content)]
  const signature = fromHex(vector.signature)
  assert.equal(await verifyWithLabel(crypto, publicKey, label, content, signature), true)
  assert.equal(await verifyWithLabel(crypto, publicKey, `${label}x`, content, signature), false)
  const own = await signWithLabel(crypto, fromHex(vector.priv), label, content)
  assert.equal(await verifyWithLabel(crypto, publicKey, label, content, own), true)
}

const checkEncryption = async (
  crypto: Crypto,
  { label, ...vector }: CryptoBasicsCase['encrypt_with_label'],
): Promise<void> => {
  const keyPair = { publicKey: fromHex(vector.pub), privateKey: fromHex(vector.priv) }
  const [context, plaintext] = [fromHex(vector.context), fromHex(vector.plaintext)]
  const sealed = { kemOutput: fromHex(vector.kem_output), ciphertext: fromHex(vector.ciphertext) }
  assert.equal(toHex(await decryptWithLabel(crypto, keyPair, label, context, sealed)), vector.plaintext)
  const own = await encryptWithLabel(crypto, keyPair.publicKey, label, context, plaintext)
  assert.equal(toHex(await decryptWithLabel(crypto, keyPair, label, context, own)), vector.plaintext)
  const other = decryptWithLabel(crypto, keyPair, `${label}x`, context, own)
  await assert.rejects(other, { code: 'decrypt_failed' })
}

export const cryptoBasics = vectorFile<CryptoBasicsCase>('crypto-basics.json', async (vector) =>
  checkCryptoBasics(cryptoOf(vector.cipher_suite), vector),
)
