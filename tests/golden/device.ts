import { createPrivateKey, createPublicKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { MemoryDisk, MemoryKeys } from '@sotto/client'
import { blob, bytes, decodeAs, literal, struct } from '@sotto/protocol'

/** What a golden profile consists of: sealed rows, and the keys that lie beside them in a file. */
export interface GoldenDevice {
  readonly disk: MemoryDisk
  readonly keys: MemoryKeys
}

const keyFile = struct({ version: literal(1), signing: blob(128, 32), sealing: bytes(32) })

const base64url = (text: string | undefined): Uint8Array =>
  new Uint8Array(Buffer.from(text ?? '', 'base64url'))

/** The profile at this place, as a device in memory: rows and keys are the same in a file, in a browser and there. */
export const goldenDevice = (profile: string): GoldenDevice => {
  const { signing, sealing } = decodeAs(keyFile, new Uint8Array(readFileSync(join(profile, 'keys'))))
  const key = createPrivateKey({ key: Buffer.from(signing), type: 'pkcs8', format: 'der' })
  const { d } = key.export({ format: 'jwk' })
  const { x } = createPublicKey(key).export({ format: 'jwk' })
  const database = new DatabaseSync(join(profile, 'store'), { readOnly: true })
  const rows = database
    .prepare('SELECT key, value FROM rows')
    .all()
    .map((row): [string, Uint8Array] => [String(row['key']), row['value'] as Uint8Array])
  database.close()
  return {
    disk: { rows: new Map(rows), fence: 0 },
    keys: { signing: base64url(d), public: base64url(x), sealing },
  }
}

export const copyOf = ({ disk, keys }: GoldenDevice): GoldenDevice => ({
  disk: { rows: new Map(disk.rows), fence: 0 },
  keys: { ...keys },
})
