import { type ChatProof, limits, utf8Bytes } from '@sotto/protocol'
import { sealToAll, unseal, unsealKey } from './envelope.ts'
import { fail, LaneError } from './failure.ts'
import type { Identity, PublicKeys } from './keys.ts'
import type { Pins } from './pins.ts'
import type { LanePorts } from './ports/index.ts'
import type { SealedToAll } from './ports/cryptography.ts'
import { type Claims, sign, signDetached, signPadded, verify, verifyProof } from './proof.ts'
import { makeSharedKey, readSharedKey, readUnsignedKey, type SharedKey } from './sharedKey.ts'
import { utf8 } from './strict.ts'
import { newUuid } from './uuid.ts'

/** Signs and opens in the name of one account. */
export interface Sealing {
  readonly name: string
  claims(aud: string, body: unknown): Claims
  /** Of one of a few lengths. */
  signed(claims: Claims): Promise<string>
  /** A signature that leaves out what it signs, for what both sides have anyway. */
  signedBeside(content: string): Promise<string>
  /** What somebody signed for `aud`. @throws LaneError `PROOF_INVALID`, `KEY_CHANGED`, of asking for his key */
  verified(jws: string, iss: string, aud: string): Promise<Claims>
  /** That a proof beside a message is by `iss`. @throws the same */
  provenBy(iss: string, proof: ChatProof): Promise<void>
  /** What was sealed to us alone, and by whom it is. */
  opened(envelope: unknown, iss: string, aud: string): Promise<Claims>
  /** A new key for these people, and what gives it to each of them. @throws LaneError `TOO_MANY_RECIPIENTS` */
  newKey(aud: string, holders: ReadonlyMap<string, PublicKeys>): Promise<NewKey>
  /** A key that somebody made: signed for those who hold it, or by nobody, and then it has no holders. */
  openedKey(
    envelope: unknown,
    iss: string,
    aud: string,
  ): Promise<{ readonly claims: Claims | null; readonly key: SharedKey }>
}

interface NewKey {
  readonly claims: Claims
  readonly key: SharedKey
  readonly envelope: SealedToAll
}

interface Dependencies {
  readonly ports: Pick<LanePorts, 'clock' | 'cryptography'>
  readonly identity: Identity
  readonly own: PublicKeys
  readonly pins: Pins
}

export const makeSealing = (name: string, dependencies: Dependencies): Sealing => {
  const { ports, identity, own, pins } = dependencies
  const { clock, cryptography } = ports
  const claims: Sealing['claims'] = (aud, body) => ({
    iss: name,
    aud,
    iat: Math.floor(clock.nowMs() / 1000),
    jti: newUuid(cryptography),
    body,
  })

  const checkedBy = async <T>(iss: string, check: (keys: PublicKeys) => Promise<T>): Promise<T> => {
    if (iss === name) return check(own)
    try {
      return await check(await pins.keysOf(iss))
    } catch (error) {
      if (!(error instanceof LaneError) || error.code !== 'PROOF_INVALID') throw error
      // By nobody, or by a key that the server has been given since it was asked.
      return check(await pins.askAgain(iss))
    }
  }

  const verified: Sealing['verified'] = (jws, iss, aud) =>
    checkedBy(iss, (keys) => verify(cryptography, jws, keys, { iss, aud }))

  const opened: Sealing['opened'] = async (envelope, iss, aud) =>
    verified(utf8(await unseal(cryptography, envelope, identity, name)), iss, aud)

  return {
    name,
    claims,
    signed: (signing) => signPadded(cryptography, signing, identity),
    signedBeside: (content) => signDetached(cryptography, content, identity),
    verified,
    provenBy: (iss, proof) => checkedBy(iss, (keys) => verifyProof(cryptography, proof, keys)),
    opened,
    newKey: async (aud, others) => {
      const holders = new Map(others).set(name, own)
      const key = makeSharedKey(cryptography, [...holders.keys()])
      const signing = claims(aud, key)
      const jws = await sign(cryptography, signing, identity)
      const envelope = await sealToAll(cryptography, utf8Bytes(jws), holders)
      const isSmall = JSON.stringify(envelope).length <= limits.openEnvelopeCharactersMax
      return isSmall ? { claims: signing, key, envelope } : fail('TOO_MANY_RECIPIENTS')
    },
    openedKey: async (envelope, iss, aud) => {
      const bytes = await unsealKey(cryptography, envelope, identity, name)
      const unsigned = readUnsignedKey(bytes)
      if (unsigned) return { claims: null, key: unsigned }
      const found = await verified(utf8(bytes), iss, aud)
      const key = readSharedKey(found.body)
      // A key that we are not meant to have would be used for those who are.
      return key.holders.includes(name) ? { claims: found, key } : fail('ENVELOPE_INVALID')
    },
  }
}
