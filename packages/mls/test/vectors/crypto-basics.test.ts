import { randomBytes } from 'node:crypto'
import { describe, it } from 'vitest'
import { jsProvider } from '../../provider/js.ts'
import { suiteOf } from '../../src/suite.ts'
import { checkCryptoBasics, type CryptoBasicsCase } from './cases/crypto-basics.ts'
import { loadVectors } from './load.ts'

const provider = jsProvider((length) => new Uint8Array(randomBytes(length)))
const vectors = loadVectors('crypto-basics.json') as readonly CryptoBasicsCase[] | undefined

/** The registry runs them with Node's own cryptography. */
describe('crypto-basics in pure JavaScript', () => {
  if (!vectors) {
    it.skip('crypto-basics.json is not beside the clone (../shared/vectors/mls)', () => {})
    return
  }
  it.each(vectors.map((vector) => [vector.cipher_suite, vector] as const))('suite %d', async (id, vector) =>
    checkCryptoBasics({ provider, suite: suiteOf(id) }, vector),
  )
})
