import {
  decodeLoggedPost,
  equalBytes,
  faulty,
  type HookRead,
  type LoggedPost,
  readSealedPost,
} from '@sotto/protocol'
import { type Hook, hookOf, may } from '@sotto/trust'
import { keyOfCard, shownHookName } from '../hook/card.ts'
import { keyPairIn } from '../hook/keyPair.ts'
import { type Generation, generationNamed, type HookState, isUsed, newestOf, withUsed } from '../hook/keys.ts'
import { openPost, type Post } from '../hook/post.ts'
import { type Desk, type Ending, passed } from './desk.ts'
import type { OpenedEntry } from './entry.ts'
import { policyIn } from './state.ts'
import type { Tools } from './tools.ts'

/**
 * What a script has posted (HOOK-10). Whatever is wrong with it is recorded with its reason in its place; nothing
 * of it stops the room, and nothing of it is taken for the word of a person.
 */
export const receiveHook = async (tools: Tools, desk: Desk, judged: OpenedEntry): Promise<Ending> => {
  const { entry, payload } = judged
  if (!payload) return passed()
  const posted = readPosted(payload)
  if (!posted) return passed({ kind: 'hook', hook: nobody, name: '', text: null, fault: 'entry' })
  const { hook } = posted
  const known = desk.room.hooks.find((one) => equalBytes(one.hook, hook))
  const post = await opened(tools, desk, known, posted, entry.timeMs)
  const name = known ? shownHookName(known.card) : ''
  if (post.kind === 'refused') {
    if (post.fault === 'unknown_key') tellKeysAgain(tools, desk, hook)
    return passed({ kind: 'hook', hook, name, text: null, fault: post.fault })
  }
  const id = usedIdOf(tools, post.value)
  desk.room = {
    ...desk.room,
    hooks: desk.room.hooks.map((one) => (one === known ? withUsed(one, id, entry.timeMs) : one)),
  }
  return passed({ kind: 'hook', hook, name, text: post.value.text, fault: null })
}

const nobody = new Uint8Array(16)

const readPosted = (payload: Uint8Array): LoggedPost | undefined => {
  try {
    return decodeLoggedPost(payload)
  } catch {
    return undefined
  }
}

const usedIdOf = ({ provider }: Tools, { id }: Post): Uint8Array =>
  provider
    .hash(
      'SHA-256',
      Uint8Array.from([...id].flatMap((character) => bytesOf(character.codePointAt(0) as number))),
    )
    .slice(0, 16)

/** Four bytes for each character: no two ids give the same. */
const bytesOf = (code: number): readonly number[] => [
  code >>> 24,
  (code >>> 16) & 255,
  (code >>> 8) & 255,
  code & 255,
]

const opened = async (
  tools: Tools,
  { room }: Desk,
  known: HookState | undefined,
  { hook, jwe }: LoggedPost,
  timeMs: number,
): Promise<HookRead<Post>> => {
  const policy = policyIn(room)
  const agreed = policy && hookOf(policy, hook)
  if (!agreed) return faulty('unknown_hook')
  if (!known || !newestOf(known)) return faulty('keyless')
  const form = readSealedPost(jwe)
  if (form.kind === 'refused') return form
  const generation = generationNamed(known, form.value.kid)
  if (!generation || !isOpenTo(generation, timeMs)) return faulty('unknown_key')
  const signer = signerOf(known, agreed)
  const key = keyPairIn(form.value.kid === generation.ecId ? generation.ec : generation.rsa)
  if (!signer || !key) return faulty('keyless')
  const alg = form.value.kid === generation.ecId ? 'ECDH-ES+A256KW' : 'RSA-OAEP-256'
  const context = { hook, room: room.id, signer, timeMs }
  const post = await openPost(tools, context, jwe, { alg, privateKey: key.privateKey })
  return post.kind === 'read' && isUsed(known, usedIdOf(tools, post.value)) ? faulty('replayed') : post
}

/** What is sealed to keys that are over was made by whoever did not ask for the newer ones, or held it back. */
const isOpenTo = ({ expiresS, untilMs }: Generation, timeMs: number): boolean =>
  timeMs <= expiresS * 1000 && (untilMs === null || timeMs <= untilMs)

/** The script's key, which the card tells and the policy names. */
const signerOf = ({ card }: HookState, { script }: Hook) => {
  const key = keyOfCard(card.script)
  return key && script && equalBytes(key.thumbprint, script) ? key : undefined
}

/** The server has taken what is sealed to other keys: perhaps nobody has told it of the newest. */
const tellKeysAgain = ({ account }: Tools, desk: Desk, hook: Uint8Array): void => {
  const policy = policyIn(desk.room)
  if (!policy || !may(policy, account, 'addHook')) return
  desk.room = {
    ...desk.room,
    hooks: desk.room.hooks.map((one) => (equalBytes(one.hook, hook) ? { ...one, isUnpublished: true } : one)),
  }
}
