import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import { constants, type FileHandle, open } from 'node:fs/promises'
import { isIP } from 'node:net'
import { createSecureContext, type SecureContextOptions } from 'node:tls'
import { type TlsFiles, type TlsReason, TlsRefusal } from './refusal.ts'

/** What the two files held at one moment. */
export interface TlsBytes {
  readonly certificate: Buffer
  readonly key: Buffer
}

/** A certificate and its key that fit, and are valid now. */
export interface TlsPair {
  readonly context: SecureContextOptions
  readonly leaf: X509Certificate
}

/** Of TLS 1.2, what has forward secrecy and is authenticated (RFC 9325 §4.2); TLS 1.3 has nothing else. */
const ciphers = [
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'TLS_AES_128_GCM_SHA256',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
].join(':')

const readableByOthers = 0o007
const writableByGroup = 0o020

const reasonOfError = (error: unknown): TlsReason => {
  switch ((error as { readonly code?: unknown }).code) {
    case 'EACCES':
    case 'EPERM':
      return 'unreadable'
    case 'EISDIR':
      return 'no_file'
    default:
      return 'missing'
  }
}

/** Groups such as Debian's ssl-cert are made for reading keys. Windows has no such modes. */
const isOpenToOthers = (mode: number): boolean =>
  process.getuid !== undefined && (mode & (readableByOthers | writableByGroup)) !== 0

const readWithin = async (
  handle: FileHandle,
  which: keyof TlsFiles,
  path: string,
  bytesMax: number,
): Promise<Buffer> => {
  const found = await handle.stat()
  if (!found.isFile()) throw new TlsRefusal('no_file', which, path)
  if (found.size > bytesMax) throw new TlsRefusal('too_large', which, path)
  if (which === 'key' && isOpenToOthers(found.mode)) throw new TlsRefusal('open_to_others', which, path)
  return handle.readFile()
}

const readOne = async (files: TlsFiles, which: keyof TlsFiles, bytesMax: number): Promise<Buffer> => {
  const path = files[which]
  // A pipe would be waited for.
  const flags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)
  const handle = await open(path, flags).catch((error: unknown) => {
    throw new TlsRefusal(reasonOfError(error), which, path)
  })
  try {
    return await readWithin(handle, which, path, bytesMax)
  } finally {
    await handle.close()
  }
}

/** @throws TlsRefusal for a file that is not there, not to be read, or to be read by others */
export const readTlsFiles = async (files: TlsFiles, bytesMax: number): Promise<TlsBytes> => ({
  certificate: await readOne(files, 'certificate', bytesMax),
  key: await readOne(files, 'key', bytesMax),
})

const attempt = <T>(make: () => T): T | undefined => {
  try {
    return make()
  } catch {
    return undefined
  }
}

const blocks = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g

const chainOf = (pem: Buffer): readonly X509Certificate[] | undefined =>
  attempt(() => (pem.toString('latin1').match(blocks) ?? []).map((block) => new X509Certificate(block)))

/** Both forms of encrypted keys: PKCS #8, and what OpenSSL wrote before. */
const isEncrypted = (pem: Buffer): boolean =>
  /^(?:-+BEGIN ENCRYPTED |Proc-Type: 4,ENCRYPTED)/m.test(pem.toString('latin1'))

const keyOf = (pem: Buffer): KeyObject | undefined =>
  attempt(() => createPrivateKey({ key: pem, format: 'pem' }))

/**
 * Judges a pair before anybody is shown it.
 *
 * @throws TlsRefusal for a pair that does not fit, is not valid now, or that OpenSSL does not take
 */
export const judgePair = (files: TlsFiles, bytes: TlsBytes, nowMs: number): TlsPair => {
  const refuse = (reason: TlsReason, which: keyof TlsFiles): never => {
    throw new TlsRefusal(reason, which, files[which])
  }
  const chain = chainOf(bytes.certificate) ?? refuse('no_certificate', 'certificate')
  const leaf = chain[0] ?? refuse('no_certificate', 'certificate')
  if (isEncrypted(bytes.key)) refuse('encrypted', 'key')
  const key = keyOf(bytes.key) ?? refuse('no_key', 'key')
  if (!leaf.checkPrivateKey(key)) {
    if (chain.some((other) => other.checkPrivateKey(key))) refuse('wrong_order', 'certificate')
    refuse('other_pair', 'key')
  }
  if (nowMs >= leaf.validToDate.getTime()) refuse('expired', 'certificate')
  if (nowMs < leaf.validFromDate.getTime()) refuse('not_yet', 'certificate')
  const context: SecureContextOptions = {
    cert: bytes.certificate,
    key: bytes.key,
    // TLS 1.2 with nothing but AEAD and forward secrecy, for programs that know no other (RFC 9325 §3.1.1).
    minVersion: 'TLSv1.2',
    maxVersion: 'TLSv1.3',
    ciphers,
    honorCipherOrder: true,
  }
  if (!attempt(() => createSecureContext(context))) refuse('weak', 'certificate')
  return { context, leaf }
}

/**
 * Whether a certificate is for a name, or an address, itself: a wildcard says nothing about which names are ours, and
 * OpenSSL takes a name with a dot in front for every one below it.
 */
export const isFor = (leaf: X509Certificate, name: string): boolean => {
  const address = name.replace(/^\[|\]$/g, '')
  if (isIP(address) !== 0) return leaf.checkIP(address) !== undefined
  if (name.startsWith('.')) return false
  return attempt(() => leaf.checkHost(name, { subject: 'never', wildcards: false })) !== undefined
}
