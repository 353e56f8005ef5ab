import { nodeProvider } from '../../provider/node.ts'
import type { Crypto } from '../../src/labels.ts'
import { suiteOf } from '../../src/suite.ts'

const provider = nodeProvider()

/** The vectors are of suites 1 to 7. */
export const cryptoOf = (cipherSuite: number): Crypto => ({ provider, suite: suiteOf(cipherSuite) })
