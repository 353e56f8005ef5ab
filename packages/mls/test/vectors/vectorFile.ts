/** One file of test vectors: each of its cases either holds or throws what does not. */
export interface VectorFile {
  readonly file: string
  run(vector: unknown): Promise<void>
}

/** @param Case the form of a case as mlswg/mls-implementations, test-vectors.md gives it; bytes are hex */
export const vectorFile = <Case>(file: string, run: (vector: Case) => void | Promise<void>): VectorFile => ({
  file,
  run: async (vector) => run(vector as Case),
})

export const fromHex = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'))
export const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
