import type { Provider } from '@sotto/mls'
import { limits, SottoError } from '@sotto/protocol'
import type { Hook } from '@sotto/trust'
import type { Jose, SealingAlgorithm } from '../ports/jose.ts'
import { type Card, hookIdOf, thumbprintOf } from './card.ts'
import { keyBytes, type KeyPair } from './keyPair.ts'
import type { Generation, HookState } from './keys.ts'
import { publicHalf, type PublicKey } from './publicKey.ts'
import { generationOf } from './share.ts'
import { signStatement, type Statement } from './statement.ts'

const generated = async (jose: Jose, alg: SealingAlgorithm | 'ES256'): Promise<KeyPair> => {
  const { publicKey, privateKey } = await jose.generate(alg)
  const half = publicHalf(publicKey)
  if (!half) throw new SottoError('internal', 'a key of our own making that we would refuse')
  return { publicKey: half, privateKey }
}

/** The keys of a hook's next generation, from now on for as long as scripts are told. */
export const makeGeneration = async (
  jose: Jose,
  anchor: KeyPair,
  hook: Uint8Array,
  generation: number,
  nowS: number,
): Promise<Generation> => {
  const [ec, rsa] = await Promise.all([generated(jose, 'ECDH-ES+A256KW'), generated(jose, 'RSA-OAEP-256')])
  const said: Statement = {
    hook,
    generation,
    ec: ec.publicKey,
    rsa: rsa.publicKey,
    notBeforeS: nowS,
    expiresS: nowS + limits.hookKeysDaysMax * 86_400,
  }
  const statement = await signStatement(jose, anchor, said)
  return generationOf(said, { statement, ec: keyBytes(ec.privateKey), rsa: keyBytes(rsa.privateKey) })
}

/** A hook before anybody knows of it: what the policy is to say, and what this device keeps. */
export interface MadeHook {
  readonly entry: Hook
  readonly state: HookState
}

export interface HookWish {
  readonly room: Uint8Array
  readonly name: string
  /** By what the script signs, and to what the room's messages are sealed for it. */
  readonly script: PublicKey
  readonly reader: PublicKey | null
  readonly tokenHash: Uint8Array
  readonly nowS: number
}

const textBytes = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0))

/** Flags of a hook in the policy: none is defined. */
const noFlags = 0

export const makeHook = async (
  { jose, provider }: { readonly jose: Jose; readonly provider: Pick<Provider, 'random'> },
  { room, name, script, reader, tokenHash, nowS }: HookWish,
): Promise<MadeHook> => {
  const anchor = await generated(jose, 'ES256')
  const card: Card = {
    name,
    salt: provider.random(16),
    script: textBytes(script.text),
    reader: reader && textBytes(reader.text),
  }
  const { thumbprint } = anchor.publicKey
  const hook = hookIdOf(room, thumbprint, card)
  const next = await makeGeneration(jose, anchor, hook, 1, nowS)
  return {
    entry: { hook, anchor: thumbprint, script: thumbprintOf(card.script), flags: noFlags },
    state: {
      hook,
      card,
      anchor: keyBytes(anchor.privateKey),
      generations: [],
      next,
      isStale: false,
      isAwaited: false,
      isUnpublished: false,
      tokenHash,
      telling: null,
      used: [],
      handedSeq: null,
    },
  }
}
