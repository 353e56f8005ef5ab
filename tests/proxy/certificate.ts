import { isIPv4 } from 'node:net'
import { createPublicKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto'

/** The shortest form of a length: browsers take no other. */
const lengthOf = (bytes: number): readonly number[] => {
  if (bytes < 0x80) return [bytes]
  return bytes < 0x100 ? [0x81, bytes] : [0x82, bytes >> 8, bytes & 0xff]
}

/** One value of DER (X.690): tag, length, content. */
const der = (tag: number, ...content: readonly Uint8Array[]): Buffer => {
  const body = Buffer.concat(content)
  return Buffer.concat([Buffer.from([tag, ...lengthOf(body.length)]), body])
}
const sequence = (...items: readonly Uint8Array[]): Buffer => der(0x30, ...items)
const oid = (...bytes: readonly number[]): Buffer => der(0x06, Buffer.from(bytes))
/** UTCTime, as RFC 5280 §4.1.2.5 wants it until 2049: browsers take nothing else. */
const time = (ms: number): Buffer =>
  der(0x17, Buffer.from(`${new Date(ms).toISOString().slice(2, 19).replaceAll(/[-:T]/g, '')}Z`))

const ecdsaWithSha256 = sequence(oid(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02))
const commonName = oid(0x55, 0x04, 0x03)
const subjectAltName = oid(0x55, 0x1d, 0x11)

const dayMs = 86_400_000

export interface Certificate {
  /** PEM. */
  readonly key: string
  readonly certificate: string
}

/**
 * A certificate that vouches for itself (RFC 5280), for DNS names and IPv4 addresses. It is valid for ten days before its end.
 *
 * @param endsInMs from now; negative: it has ended already
 */
export const selfSigned = (names: readonly string[], endsInMs: number = dayMs): Certificate => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const spki = createPublicKey(privateKey).export({ type: 'spki', format: 'der' })
  const name = sequence(der(0x31, sequence(commonName, der(0x0c, Buffer.from(names[0] as string)))))
  const alternative = (text: string): Buffer =>
    isIPv4(text) ? der(0x87, Buffer.from(text.split('.').map(Number))) : der(0x82, Buffer.from(text))
  const alternatives = sequence(...names.map(alternative))
  const endMs = Date.now() + endsInMs
  const body = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    ecdsaWithSha256,
    name,
    sequence(time(endMs - 10 * dayMs), time(endMs)),
    name,
    spki,
    der(0xa3, sequence(sequence(subjectAltName, der(0x04, alternatives)))),
  )
  const signature = sign('sha256', body, privateKey)
  const whole = sequence(body, ecdsaWithSha256, der(0x03, Buffer.from([0]), signature))
  const lines = whole.toString('base64').replaceAll(/.{64}/g, '$&\n').trim()
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    certificate: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
  }
}
