import {
  fromHex,
  H,
  hookIdBytes,
  limits,
  lookOfTitle,
  SottoError,
  titleFor,
  toBase64url,
  toHex,
} from '@sotto/protocol'
import { type Hook, hookOf, hooksMax, may, type Policy } from '@sotto/trust'
import { shownHookName } from './hook/card.ts'
import { encodeHookState, newestOf } from './hook/keys.ts'
import { makeHook } from './hook/make.ts'
import {
  keyIdOf,
  publicHalf,
  type PublicKey,
  sealingAlgorithmOf,
  signatureAlgorithmOf,
} from './hook/publicKey.ts'
import type { Jwk } from './ports/jose.ts'
import type { Room } from './room/atWork.ts'
import { policyIn } from './room/state.ts'
import type { Tools } from './room/tools.ts'
import type { Rooms } from './sync/rooms.ts'
import type { ClientCommands, HookView } from './view.ts'

interface Deps {
  readonly tools: Tools
  readonly rooms: Pick<Rooms, 'get'>
  /** @throws SottoError `room_frozen`, `not_member` */
  policyToChange(room: Room): Policy
  timeMs(): number
}

interface ScriptKey {
  readonly publicKey: PublicKey
  /** Null where the script keeps it. */
  readonly privateKey: Jwk | null
}

const tokenBytes = 32

const viewOf = (room: Room, { hook, anchor, script }: Hook): HookView => {
  const known = room.state().hooks.find((one) => toHex(one.hook) === toHex(hook))
  const newest = known && newestOf(known)
  return {
    hook: toHex(hook),
    name: known ? shownHookName(known.card) : null,
    anchor: keyIdOf({ thumbprint: anchor }),
    script: script && keyIdOf({ thumbprint: script }),
    reads: known !== undefined && known.card.reader !== null,
    generation: newest?.generation ?? null,
    expiresMs: newest ? newest.expiresS * 1000 : null,
  }
}

/** Two hooks of a room that look alike could not be told apart. @throws SottoError `name_taken`, `name_alike` */
const mustStandOut = (name: string, others: readonly HookView[]): void => {
  const look = lookOfTitle(name)
  for (const { name: other } of others) {
    if (other === name) throw new SottoError('name_taken', `a hook of this room is called ${name}`)
    if (other !== null && lookOfTitle(other) === look)
      throw new SottoError('name_alike', `a hook of this room is called ${other}`)
  }
}

/** What people can do about the hooks of a room. */
export const hookCommands = ({
  tools,
  rooms,
  policyToChange,
  timeMs,
}: Deps): Pick<ClientCommands, 'hooks' | 'createHook' | 'revokeHook'> => {
  const { jose, provider, account } = tools

  /** @throws SottoError `policy` */
  const policyToHook = (room: Room): Policy => {
    const policy = policyToChange(room)
    if (!may(policy, account, 'addHook')) throw new SottoError('policy', undefined, { rule: 'C5b' })
    return policy
  }

  const scriptKey = async (
    key: Jwk | undefined,
    algorithm: 'ES256' | 'PS256' | 'EdDSA',
  ): Promise<ScriptKey> => {
    const made = key ? null : await jose.generate(algorithm)
    const publicKey = publicHalf(made?.publicKey ?? key ?? {})
    if (!publicKey)
      throw new SottoError('bad_request', 'a key is EC P-256, RSA from 2048 to 4096 bits, or Ed25519')
    return { publicKey, privateKey: made?.privateKey ?? null }
  }

  const readerKey = async (wanted: Jwk | 'generate'): Promise<ScriptKey> => {
    const made = wanted === 'generate' ? await jose.generate('ECDH-ES+A256KW') : null
    const publicKey = publicHalf(made?.publicKey ?? (wanted === 'generate' ? {} : wanted))
    if (!publicKey || !sealingAlgorithmOf(publicKey))
      throw new SottoError('bad_request', 'a key to read with is EC P-256, or RSA from 2048 to 4096 bits')
    return { publicKey, privateKey: made?.privateKey ?? null }
  }

  return {
    hooks: async ({ room: id }) => {
      const room = rooms.get(id)
      return (policyIn(room.state())?.hooks ?? []).map((hook) => viewOf(room, hook))
    },

    createHook: async ({ room: id, name, key, algorithm = 'ES256', reader: wanted }) => {
      const room = rooms.get(id)
      const policy = policyToHook(room)
      const shown = titleFor(name, limits.hookNameCharactersMax)
      if (policy.hooks.length >= hooksMax) throw new SottoError('rate', 'the room has too many hooks')
      mustStandOut(
        shown,
        policy.hooks.map((hook) => viewOf(room, hook)),
      )
      if ((key && 'd' in key) || (typeof wanted === 'object' && 'd' in wanted))
        throw new SottoError('bad_request', 'the private key is for the script alone')
      const script = await scriptKey(key, algorithm)
      const reader = wanted === undefined ? null : await readerKey(wanted)
      const token = toBase64url(provider.random(tokenBytes))
      const tokenHash = H(Uint8Array.from(token, (character) => character.charCodeAt(0)))
      const keys = { script: script.publicKey, reader: reader?.publicKey ?? null }
      const wish = { room: room.state().id, name: shown, ...keys, tokenHash }
      const made = await makeHook(tools, { ...wish, nowS: Math.floor(timeMs() / 1000) })
      const hook = toHex(made.entry.hook)
      const ready = room.hooked(hook)
      ready.catch(() => {})
      await room.intend({
        kind: 'add_hook',
        id: toHex(provider.random(16)),
        hook: made.entry,
        state: encodeHookState(made.state),
      })
      await ready
      return {
        ...viewOf(room, made.entry),
        room: id,
        token,
        algorithm: signatureAlgorithmOf(script.publicKey),
        key: script.privateKey,
        readerKey: reader?.privateKey ?? null,
      }
    },

    revokeHook: async ({ room: id, hook: named }) => {
      const room = rooms.get(id)
      const hook = fromHex(named, hookIdBytes)
      if (!hookOf(policyToHook(room), hook)) throw new SottoError('not_found')
      return room.intend({ kind: 'remove_hook', id: toHex(provider.random(16)), hook })
    },
  }
}
