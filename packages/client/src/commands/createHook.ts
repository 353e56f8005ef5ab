import {
  H,
  limits,
  literal,
  lookOfTitle,
  oneOf,
  SottoError,
  titleFor,
  toBase64url,
  toHex,
} from '@sotto/protocol'
import { hooksMax } from '@sotto/trust'
import { hookView, policyToHook } from '../hook/hookView.ts'
import { encodeHookState } from '../hook/keys.ts'
import { makeHook } from '../hook/make.ts'
import { publicHalf, type PublicKey, sealingAlgorithmOf, signatureAlgorithmOf } from '../hook/publicKey.ts'
import type { Jose, Jwk, SignatureAlgorithm } from '../ports/jose.ts'
import type { HookView, NewHook } from '../view.ts'
import { type AccountScope, ofSession } from './command.ts'
import { either, fields, object, shaped, string } from './input.ts'

/**
 * Lets a script post under this name; resolves when it can. Admins and owners only. `key` is the public key that the
 * script signs with (EC P-256, RSA from 2048 bits, Ed25519); without one a pair is made, for `algorithm`. `reader` is the
 * public key that the room's messages are sealed to for the script (EC P-256 or RSA), or `generate`.
 *
 * @throws SottoError `name_taken`, `name_alike` where a hook of the room is called so, or looks like it
 */
export type CreateHook = (input: {
  readonly room: string
  readonly name: string
  readonly key?: Jwk
  readonly algorithm?: SignatureAlgorithm
  readonly reader?: Jwk | 'generate'
}) => Promise<NewHook>

interface ScriptKey {
  readonly publicKey: PublicKey
  /** Null where the script keeps it. */
  readonly privateKey: Jwk | null
}

const tokenBytes = 32

/** Two hooks of a room that look alike could not be told apart. @throws SottoError `name_taken`, `name_alike` */
const mustStandOut = (name: string, others: readonly HookView[]): void => {
  const look = lookOfTitle(name)
  for (const { name: other } of others) {
    if (other === name) throw new SottoError('name_taken', `a hook of this room is called ${name}`)
    if (other !== null && lookOfTitle(other) === look)
      throw new SottoError('name_alike', `a hook of this room is called ${other}`)
  }
}

const scriptKey = async (
  jose: Jose,
  key: Jwk | undefined,
  algorithm: SignatureAlgorithm,
): Promise<ScriptKey> => {
  const made = key ? null : await jose.generate(algorithm)
  const publicKey = publicHalf(made?.publicKey ?? key ?? {})
  if (!publicKey)
    throw new SottoError('bad_request', 'a key is EC P-256, RSA from 2048 to 4096 bits, or Ed25519')
  return { publicKey, privateKey: made?.privateKey ?? null }
}

const readerKey = async (jose: Jose, wanted: Jwk | 'generate'): Promise<ScriptKey> => {
  const made = wanted === 'generate' ? await jose.generate('ECDH-ES+A256KW') : null
  const publicKey = publicHalf(made?.publicKey ?? (wanted === 'generate' ? {} : wanted))
  if (!publicKey || !sealingAlgorithmOf(publicKey))
    throw new SottoError('bad_request', 'a key to read with is EC P-256, or RSA from 2048 to 4096 bits')
  return { publicKey, privateKey: made?.privateKey ?? null }
}

const create = async (
  { rooms, tools, provider, timeMs, newId }: AccountScope,
  { room: id, name, key, algorithm = 'ES256', reader: wanted }: Parameters<CreateHook>[0],
): Promise<NewHook> => {
  const room = rooms.get(id)
  const policy = policyToHook(room, tools.account)
  const shown = titleFor(name, limits.hookNameCharactersMax)
  if (policy.hooks.length >= hooksMax) throw new SottoError('rate', 'the room has too many hooks')
  mustStandOut(
    shown,
    policy.hooks.map((hook) => hookView(room, hook)),
  )
  if ((key && 'd' in key) || (typeof wanted === 'object' && 'd' in wanted))
    throw new SottoError('bad_request', 'the private key is for the script alone')
  const script = await scriptKey(tools.jose, key, algorithm)
  const reader = wanted === undefined ? null : await readerKey(tools.jose, wanted)
  const token = toBase64url(provider.random(tokenBytes))
  const tokenHash = H(Uint8Array.from(token, (character) => character.charCodeAt(0)))
  const keys = { script: script.publicKey, reader: reader?.publicKey ?? null }
  const wish = { room: room.state().id, name: shown, ...keys, tokenHash }
  const made = await makeHook(tools, { ...wish, nowS: Math.floor(timeMs() / 1000) })
  const intent = {
    kind: 'add_hook',
    id: toHex(newId()),
    hook: made.entry,
    state: encodeHookState(made.state),
  } as const
  await room.outcome(`hook ${toHex(made.entry.hook)}`, () => room.intend(intent))
  return {
    ...hookView(room, made.entry),
    room: id,
    token,
    algorithm: signatureAlgorithmOf(script.publicKey),
    key: script.privateKey,
    readerKey: reader?.privateKey ?? null,
  }
}

export const createHook = ofSession<CreateHook>({
  input: fields(
    { room: string, name: string },
    {
      key: object<Jwk>(),
      algorithm: shaped(oneOf<SignatureAlgorithm>('ES256', 'PS256', 'EdDSA')),
      reader: either(shaped(literal('generate')), object<Jwk>()),
    },
  ),
  run: create,
})
