/** WebCrypto with the KEM functions that the DOM library of TypeScript does not know yet. */
export type Subtle = Omit<SubtleCrypto, 'importKey' | 'exportKey'> & {
  importKey(
    format: 'raw' | 'raw-public' | 'raw-seed' | 'pkcs8',
    bytes: BufferSource,
    algorithm: string,
    extractable: boolean,
    usages: readonly string[],
  ): Promise<CryptoKey>
  exportKey(format: 'raw' | 'raw-public' | 'pkcs8', key: CryptoKey): Promise<ArrayBuffer>
  getPublicKey(key: CryptoKey, usages: readonly string[]): Promise<CryptoKey>
  encapsulateBits(
    algorithm: string,
    key: CryptoKey,
  ): Promise<{ readonly sharedKey: ArrayBuffer; readonly ciphertext: ArrayBuffer }>
  decapsulateBits(algorithm: string, key: CryptoKey, ciphertext: BufferSource): Promise<ArrayBuffer>
}

/** The WebCrypto of this window or worker; undefined where the page did not come over a secure connection. */
export const platformSubtle = (): Subtle | undefined =>
  globalThis.crypto.subtle as unknown as Subtle | undefined

/** WebCrypto takes no view of shared memory; the engine has none. */
export const source = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => bytes as Uint8Array<ArrayBuffer>

/** PKCS #8 of RFC 8410 before the 32 bytes of a private key. */
const pkcs8Prefix = {
  Ed25519: [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20],
  X25519: [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x6e, 4, 0x22, 4, 0x20],
} as const

export const pkcs8 = (name: 'Ed25519' | 'X25519', privateKey: Uint8Array): Uint8Array<ArrayBuffer> => {
  const prefix = pkcs8Prefix[name]
  const bytes = new Uint8Array(prefix.length + privateKey.length)
  bytes.set(prefix)
  bytes.set(privateKey, prefix.length)
  return bytes
}
