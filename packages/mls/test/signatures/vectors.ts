import { existsSync, readFileSync } from 'node:fs'

const folder = new URL('../../../../../shared/vectors/', import.meta.url)

/** A file of ../shared/vectors, or undefined where there is none beside the project. */
export const vectorFile = <T>(path: string): T | undefined => {
  const file = new URL(path, folder)
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as T) : undefined
}

export const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'))

/** C2SP/CCTV ed25519: signatures on which verifiers disagree. */
export interface DisputedSignature {
  readonly number: number
  readonly key: string
  readonly sig: string
  readonly msg: string
  readonly flags: readonly string[] | null
}

export const disputedSignatures = vectorFile<readonly DisputedSignature[]>('ed25519/ed25519vectors.json')
