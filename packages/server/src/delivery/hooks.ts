import {
  type Acknowledgement,
  encodeLoggedPost,
  entryKinds,
  equalBytes,
  type InputOf,
  messageIdBytes,
  type publishHook,
  readSealedPost,
  type SealedPost,
  SottoError,
} from '@sotto/protocol'
import { hookOf, may } from '@sotto/trust'
import type { Clock, ServerLimits } from '../configuration.ts'
import type { DeviceCaller } from '../directory/keyPackages.ts'
import type { EventLog } from '../logging/eventLog.ts'
import { type Quota, spending } from '../quota/quota.ts'
import { makeRate } from '../rate.ts'
import { entryBytes, ownerOf } from './charged.ts'
import { digest, mapKey } from './digest.ts'
import type { HookAccess } from './hookAccess.ts'
import type { Lanes } from './lane.ts'
import type { Ledger } from './ledger.ts'
import { linkEntry, nextTimeMs } from './link.ts'
import type { Room, Rooms } from './rooms.ts'
import type { DeliveryStore, StoredHook } from './store.ts'

/**
 * Hooks: what scripts are told, and what they post (HOOK-11, HOOK-12). Which hooks there are, the room's policy says, which
 * its members agree on; the server keeps who may post under which token, and looks at the form of what comes.
 */
export interface Hooks {
  publish(caller: DeviceCaller, input: InputOf<typeof publishHook>): Promise<void>
  /** What scripts are told of the keys. @throws SottoError `not_found` */
  keys(hook: Uint8Array): Promise<string>
  /**
   * @throws SottoError `unauthorized` for an unknown hook, a wrong token and a hook that was revoked alike,
   * `stale_epoch {generation}` for what is sealed to other keys than the newest, `bad_request {rule}` with what is wrong
   * with the form, `rate`, `quota`, `too_large`
   */
  post(hook: Uint8Array, token: string, jwe: string, address: string): Promise<Acknowledgement>
}

interface Dependencies {
  readonly store: Pick<DeliveryStore, 'hook' | 'putHook'>
  readonly rooms: Rooms
  readonly lanes: Lanes
  readonly ledger: Ledger
  readonly quota: Quota
  readonly clock: Clock
  readonly limits: ServerLimits
  readonly log: EventLog
  readonly authenticate: HookAccess
}

const minuteS = 60

/** The name of a post: who sends the same bytes again gets the same answer, and it stands in the log once. */
export const postIdOf = (jwe: string): Uint8Array =>
  digest(Buffer.from(jwe, 'latin1')).slice(0, messageIdBytes)

const formOf = (jwe: string, signedBytesMax: number): SealedPost => {
  const form = readSealedPost(jwe)
  if (form.kind === 'read') {
    // No client would show a text of that length: whoever posts it hears so, instead of nobody.
    if (form.value.sealedBytes > signedBytesMax) throw new SottoError('too_large')
    return form.value
  }
  if (form.fault === 'too_large') throw new SottoError('too_large')
  throw new SottoError('bad_request', undefined, { rule: form.fault })
}

export const makeHooks = (dependencies: Dependencies): Hooks => {
  const { store, rooms, lanes, ledger, quota, clock, limits, log, authenticate } = dependencies
  const postRate = makeRate(clock, {
    perSecond: limits.hookPostsPerMinute / minuteS,
    burst: limits.hookPostBurst,
  })
  const append = async (room: Room, stored: StoredHook, jwe: string) => {
    const { hook } = stored
    const payload = encodeLoggedPost({ version: 1, hook, jwe })
    const hashes = { payloadHash: digest(payload), auxHash: null }
    const once = ledger.once(room.id, hook, postIdOf(jwe), hashes)
    const before = await ledger.answeredBefore(room, once)
    if (before) return { ack: Promise.resolve(before) }
    const bytes = payload.length + entryBytes
    // Neither its maker nor the members of the room are kept silent by what a script posts.
    const reserved = await quota.reserve([
      { scope: 'hook', owner: ownerOf(hook), bytes },
      { scope: 'room', owner: `${ownerOf(room.id)}/hooks`, bytes },
    ])
    const { tag: senderTag, messageId } = once
    const entry = linkEntry(
      room.head,
      { room: room.id, kind: entryKinds.hook, epoch: room.epoch, senderTag, payload, ...hashes, aux: null },
      nextTimeMs(room.head, clock.nowMs()),
    )
    log.debug('hook_posted', { room: room.id, bytes: payload.length })
    const posted = { room: room.id, entry, senderTag, messageId, sendCounter: null, change: null }
    return { ack: spending(reserved, (charges) => ledger.append(room, once, { ...posted, charges })) }
  }

  const decide = async (hook: Uint8Array, { kid }: SealedPost, jwe: string) => {
    // As it is now that it is this post's turn: keys and policy may have become others.
    const stored = await store.hook(hook)
    const room = stored && (await rooms.load(stored.room))
    if (!stored || !room || !hookOf(room.policy, hook)) throw new SottoError('unauthorized')
    if (!stored.keyIds.includes(kid))
      throw new SottoError('stale_epoch', undefined, { generation: stored.generation })
    return append(room, stored, jwe)
  }

  return {
    publish: async ({ account, device }, { room: id, hook, ...told }) =>
      lanes.run(mapKey(id), async () => {
        const room = await rooms.load(id)
        if (!room.members.has(mapKey(device))) throw new SottoError('not_member')
        if (!may(room.policy, account, 'addHook')) throw new SottoError('policy', undefined, { rule: 'C5b' })
        if (!hookOf(room.policy, hook)) throw new SottoError('not_found')
        const before = await store.hook(hook)
        // Whoever has a room of his own may put any hook into its policy: of that id there is one all the same.
        if (before && !equalBytes(before.room, id)) throw new SottoError('id_reused')
        if (before && before.generation > told.generation)
          throw new SottoError('stale_epoch', undefined, { generation: before.generation })
        const tokenHash = told.tokenHash ?? before?.tokenHash
        if (!tokenHash) throw new SottoError('bad_request', 'a hook without a token')
        const owner = before?.account ?? account
        await store.putHook({ ...told, room: id, hook, tokenHash, account: owner })
        log.info('hook_published', { room: id, account, device, count: told.generation })
      }),

    keys: async (hook) => {
      const stored = await store.hook(hook)
      const room = stored && (await rooms.load(stored.room))
      if (!stored || !room || !hookOf(room.policy, hook)) throw new SottoError('not_found')
      return stored.statement
    },

    post: async (hook, token, jwe, address) => {
      const stored = await authenticate(hook, token, address)
      postRate.take(mapKey(hook))
      const form = formOf(jwe, limits.hookSignedBytesMax)
      const { ack } = await lanes.run(mapKey(stored.room), () => decide(hook, form, jwe))
      return ack
    },
  }
}
