import { nodeProvider } from '../../provider/node.ts'
import type { Crypto } from '../../src/labels.ts'
import { suiteOf } from '../../src/suite.ts'

const provider = nodeProvider()

/** The vectors are of suites 1 to 7. */
export const cryptoOf = (cipherSuite: number): Crypto => ({ provider, suite: suiteOf(cipherSuite) })

const scalarBytes: ReadonlyMap<number, number> = new Map([
  [2, 32],
  [5, 66],
  [7, 48],
])

/** The vectors leave leading zeros of scalars out; ours are as long as the field. */
export const privateScalar = ({ suite }: Crypto, bytes: Uint8Array): Uint8Array => {
  const length = scalarBytes.get(suite.id) ?? bytes.length
  const padded = new Uint8Array(length)
  padded.set(bytes, length - bytes.length)
  return padded
}
