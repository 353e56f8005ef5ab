import { limits, toHex, utf8Bytes } from '@sotto/protocol'
import type { Jose } from '../ports/jose.ts'
import type { KeyPair } from './keyPair.ts'
import { sealedHeader } from './post.ts'
import { keyIdOf, type PublicKey, sealingAlgorithmOf } from './publicKey.ts'

/** A message of the room, as a script gets it. */
export interface Handed {
  readonly seq: number
  readonly sender: string
  readonly text: string
  readonly timeMs: number
}

export interface Handing {
  readonly room: Uint8Array
  readonly hook: Uint8Array
  readonly anchor: KeyPair
  /** What it is sealed to. */
  readonly reader: PublicKey
  readonly nowS: number
}

const daysKept = limits.hookKeysDaysMax

/**
 * The same envelope as that of a post, in the other direction: from the room to the hook, signed by the anchor that the
 * script pins, sealed to the key that the script has registered. `jti` is the place in the room's log.
 *
 * @returns undefined for a key that only signs
 */
export const sealHanded = async (
  jose: Jose,
  { room, hook, anchor, reader, nowS }: Handing,
  { seq, sender, text, timeMs }: Handed,
): Promise<string | undefined> => {
  const alg = sealingAlgorithmOf(reader)
  if (!alg) return undefined
  const header = { alg: 'ES256', kid: keyIdOf(anchor.publicKey), typ: 'hook+jws' } as const
  const claims = {
    iss: toHex(room),
    aud: toHex(hook),
    iat: nowS,
    exp: nowS + daysKept * 86_400,
    jti: String(seq),
    body: { seq, sender, text, timeMs },
  }
  // In UTF-8: escaped, the longest message in another script than Latin would be more than a server takes.
  const jws = await jose.sign(anchor.privateKey, header, utf8Bytes(JSON.stringify(claims)))
  const bytes = Uint8Array.from(jws, (character) => character.charCodeAt(0))
  return jose.seal(reader.jwk, sealedHeader(reader, alg), bytes)
}
