import { type handToHook, type InputOf, readSealedPost, SottoError } from '@sotto/protocol'
import { hookOf, may } from '@sotto/trust'
import { type Bus, hookTopic } from '../bus/bus.ts'
import { firstEvent } from '../bus/firstEvent.ts'
import type { ServerLimits } from '../configuration.ts'
import { makeCounts } from '../counts.ts'
import type { DeviceCaller } from '../directory/keyPackages.ts'
import type { Quota } from '../quota/quota.ts'
import { mapKey } from './digest.ts'
import type { HookAccess } from './hookAccess.ts'
import type { Lanes } from './lane.ts'
import type { Rooms } from './rooms.ts'
import type { DeliveryStore, HandedOut, StoredHook } from './store.ts'

/** What members hand to the script behind a hook: opaque here, kept until the script has it (HOOK-13). */
export interface HookOut {
  hand(caller: DeviceCaller, input: InputOf<typeof handToHook>): Promise<void>
  /**
   * What waits behind this cursor, the oldest first; where nothing does, it waits for it for a while.
   * @throws SottoError `unauthorized`, `rate` when others wait with the same token
   */
  read(ask: ReadAsk): Promise<readonly HandedOut[]>
  /** Forgets what the script has. */
  settle(hook: Uint8Array, token: string, address: string, uptoCursor: number): Promise<void>
}

export interface ReadAsk {
  readonly hook: Uint8Array
  readonly token: string
  readonly address: string
  readonly after: number
  readonly waitMs: number
  readonly signal: AbortSignal
}

interface Dependencies {
  readonly store: Pick<DeliveryStore, 'hook' | 'handOut' | 'handedOut' | 'settleOut'>
  readonly rooms: Rooms
  readonly lanes: Lanes
  readonly bus: Bus
  readonly quota: Pick<Quota, 'checkSpace'>
  readonly limits: ServerLimits
  readonly authenticate: HookAccess
}

const readersMax = 4
/** The script has to come first. */
const unreadRetryMs = 60_000
const answerBytesMax = 1024 * 1024

export const makeHookOut = (dependencies: Dependencies): HookOut => {
  const { store, rooms, lanes, bus, quota, limits, authenticate } = dependencies
  const waiting = makeCounts()

  /** @throws SottoError `unauthorized` for one that was revoked */
  const current = async (hook: Uint8Array, token: string, address: string): Promise<StoredHook> => {
    const stored = await authenticate(hook, token, address)
    if (!hookOf((await rooms.load(stored.room)).policy, hook)) throw new SottoError('unauthorized')
    return stored
  }

  const readOrWait = async ({ hook, after, waitMs, signal }: ReadAsk): Promise<readonly HandedOut[]> => {
    // Listening first: what comes between looking and waiting must not be missed.
    const { happened, end } = firstEvent(bus, [hookTopic(hook)], waitMs, signal)
    try {
      const found = await store.handedOut(hook, after, answerBytesMax)
      if (found.length > 0 || waitMs === 0) return found
      await happened
      return await store.handedOut(hook, after, answerBytesMax)
    } finally {
      end()
    }
  }

  return {
    hand: ({ account, device }, { room: id, hook, seq, jwe }) =>
      lanes.run(mapKey(id), async () => {
        const room = await rooms.load(id)
        if (!room.members.has(mapKey(device))) throw new SottoError('not_member')
        if (!may(room.policy, account, 'addHook')) throw new SottoError('policy', undefined, { rule: 'C5b' })
        const stored = hookOf(room.policy, hook) && (await store.hook(hook))
        if (!stored) throw new SottoError('not_found')
        const form = readSealedPost(jwe)
        if (form.kind === 'refused') throw new SottoError('bad_request', undefined, { rule: form.fault })
        quota.checkSpace()
        const outcome = await store.handOut(hook, seq, jwe, {
          countMax: limits.hookOutMessagesMax,
          bytesMax: limits.hookOutBytesMax,
        })
        if (outcome === 'full')
          throw new SottoError('quota', 'the script has not read what waits for it', {
            scope: 'hook',
            retryAfterMs: unreadRetryMs,
          })
        bus.publish(hookTopic(hook), { kind: 'handed_out', hook })
      }),

    read: async (ask) => {
      await current(ask.hook, ask.token, ask.address)
      const key = mapKey(ask.hook)
      if (waiting.of(key) >= readersMax) throw new SottoError('rate')
      waiting.more(key)
      try {
        return await readOrWait(ask)
      } finally {
        waiting.less(key)
      }
    },

    settle: async (hook, token, address, upto) => {
      await current(hook, token, address)
      await store.settleOut(hook, upto)
    },
  }
}
