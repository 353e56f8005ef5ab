import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Base64 of a text at each of the three places it may have in a longer one, without the characters that its neighbours decide. */
const base64Forms = (bytes: Buffer): Buffer[] =>
  [0, 1, 2].flatMap((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString('base64')
      .replace(/=+$/, '')
    const inner = encoded.slice(Math.ceil((offset * 8) / 6), encoded.length - 1)
    return [inner, inner.replaceAll('+', '-').replaceAll('/', '_')].map((text) => Buffer.from(text))
  })

const hashForms = (bytes: Buffer): Buffer[] => {
  const hash = createHash('sha256').update(bytes).digest()
  const hex = hash.toString('hex')
  return [hash, Buffer.from(hex), Buffer.from(hex.toUpperCase()), ...base64Forms(hash)]
}

/** Every form in which a secret could leak without being sealed. */
export const formsOf = (secret: string): readonly Buffer[] => {
  const utf8 = Buffer.from(secret, 'utf8')
  return [
    utf8,
    Buffer.from(secret, 'utf16le'),
    Buffer.from(utf8.toString('hex')),
    Buffer.from(encodeURIComponent(secret)),
    Buffer.from(JSON.stringify(secret).slice(1, -1)),
    ...base64Forms(utf8),
    ...hashForms(utf8),
  ]
}

/** Names of the places in which a secret occurs in any form. */
export const leaks = (
  secrets: Readonly<Record<string, string>>,
  places: ReadonlyMap<string, Buffer>,
): readonly string[] =>
  Object.entries(secrets).flatMap(([name, secret]) => {
    const forms = formsOf(secret)
    return [...places]
      .filter(([, bytes]) => forms.some((form) => bytes.includes(form)))
      .map(([place]) => `${name} in ${place}`)
  })

/** Every file under a directory, with its bytes. */
export const filesUnder = (directory: string): ReadonlyMap<string, Buffer> =>
  new Map(
    readdirSync(directory, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [path, readFileSync(path)] as const),
  )
