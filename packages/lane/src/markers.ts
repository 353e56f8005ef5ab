import { utf8Bytes } from '@sotto/protocol'
import { sealTo } from './envelope.ts'
import type { PublicKeys } from './keys.ts'
import { isBeyondToken } from './ownKey.ts'
import type { Patience } from './patience.ts'
import type { Cryptography } from './ports/cryptography.ts'
import type { Sealing } from './sealing.ts'
import type { JsonObject } from './strict.ts'
import { newUuid } from './uuid.ts'

/**
 * Letters to ourselves, by what is sealed: mail comes in order, so what was there before has come when one of them has.
 * They are not kept, whether this program receives or not.
 */
export interface Markers {
  /** Whether an event is one of them. */
  came(event: string, payload: JsonObject): boolean
  /** Resolves when all letters that the server has now have arrived. */
  caughtUp(): Promise<void>
}

interface Deps {
  readonly name: string
  readonly own: PublicKeys
  readonly cryptography: Cryptography
  readonly sealing: Sealing
  readonly patience: Patience
  send(payload: JsonObject): Promise<unknown>
}

const quietMs = 1000

export const makeMarkers = ({ name, own, cryptography, sealing, patience, send }: Deps): Markers => {
  const waiting = new Map<unknown, () => void>()
  return {
    came: (event, { sender, encrypted_payload: sealed }) => {
      const came = event === 'message' && sender === name ? waiting.get(sealed) : undefined
      came?.()
      return came !== undefined
    },
    caughtUp: async () => {
      const jws = await sealing.signed(sealing.claims(name, { marker: newUuid(cryptography) }))
      const marker = await sealTo(cryptography, utf8Bytes(jws), own)
      const arrived = new Promise<void>((resolve) => waiting.set(marker, resolve))
      try {
        await send({ recipient: name, encrypted_payload: marker })
        await arrived
      } catch (error) {
        if (!isBeyondToken(error)) throw error
        // A token that only reads cannot write to itself: what was there comes at once, or is told later.
        await patience.wait(quietMs)
      } finally {
        waiting.delete(marker)
      }
    },
  }
}
