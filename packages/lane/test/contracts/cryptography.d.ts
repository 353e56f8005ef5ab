import type { Cryptography } from '../../src/ports/cryptography.ts'
interface Rule {
  readonly title: string
  run(cryptography: Cryptography): Promise<void>
}
/** What every cryptography of a lane does with the kinds of keys that cost little. */
export declare const cryptographyContract: readonly Rule[]
export {}
