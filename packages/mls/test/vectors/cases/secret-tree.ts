import assert from 'node:assert/strict'
import { type SecretTree, secretTreeOf, takeKeyAt } from '../../../src/secretTree.ts'
import { senderDataKey } from '../../../src/senderData.ts'
import { cryptoOf } from '../cryptoOf.ts'
import { fromHex, toHex, vectorFile } from '../vectorFile.ts'

interface SecretTreeCase {
  readonly cipher_suite: number
  readonly sender_data: {
    readonly sender_data_secret: string
    readonly ciphertext: string
    readonly key: string
    readonly nonce: string
  }
  readonly encryption_secret: string
  readonly leaves: readonly (readonly {
    readonly generation: number
    readonly handshake_key: string
    readonly handshake_nonce: string
    readonly application_key: string
    readonly application_nonce: string
  }[])[]
}

const limits = { forwardStepsMax: 200, skippedKeysMax: 200, skippedGenerationsMax: 200 }

export const secretTree = vectorFile<SecretTreeCase>('secret-tree.json', (vector) => {
  const crypto = cryptoOf(vector.cipher_suite)
  const { sender_data_secret, ciphertext, key, nonce } = vector.sender_data
  const senderData = senderDataKey(crypto, fromHex(sender_data_secret), fromHex(ciphertext))
  assert.equal(toHex(senderData.key), key)
  assert.equal(toHex(senderData.nonce), nonce)

  let tree: SecretTree = secretTreeOf(fromHex(vector.encryption_secret), vector.leaves.length)
  for (const [leaf, generations] of vector.leaves.entries())
    for (const expected of generations)
      for (const name of ['handshake', 'application'] as const) {
        const taken = takeKeyAt(crypto, limits, tree, leaf, name, expected.generation)
        assert.equal(toHex(taken.messageKey.key), expected[`${name}_key`])
        assert.equal(toHex(taken.messageKey.nonce), expected[`${name}_nonce`])
        tree = taken.tree
      }
})
