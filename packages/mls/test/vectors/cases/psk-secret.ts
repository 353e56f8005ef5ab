import assert from 'node:assert/strict'
import { pskSecret } from '../../../src/psk.ts'
import { cryptoOf } from '../cryptoOf.ts'
import { fromHex, toHex, vectorFile } from '../vectorFile.ts'

interface PskSecretCase {
  readonly cipher_suite: number
  readonly psks: readonly { readonly psk_id: string; readonly psk: string; readonly psk_nonce: string }[]
  readonly psk_secret: string
}

export const pskSecrets = vectorFile<PskSecretCase>('psk_secret.json', (vector) => {
  const psks = vector.psks.map(({ psk_id, psk, psk_nonce }) => ({
    id: { kind: 'external', id: fromHex(psk_id), nonce: fromHex(psk_nonce) } as const,
    secret: fromHex(psk),
  }))
  assert.equal(toHex(pskSecret(cryptoOf(vector.cipher_suite), psks)), vector.psk_secret)
})
