import { operations, SottoError, toHex } from '@sotto/protocol'
import { newestOf } from '../hook/keys.ts'
import {
  forgetOldKeys,
  type HookDuty,
  hookNamed,
  published,
  renewed,
  stageRenewal,
  stageTelling,
} from './hookDuties.ts'
import type { Line } from './line.ts'
import type { TakeStep } from './runner.ts'
import { isForNow } from '../forNow.ts'
import type { RoomState } from './state.ts'
import type { Tools } from './tools.ts'

/** Does what is to be done about the hooks of a room. */
export interface HookKeeper {
  perform(duty: HookDuty): Promise<void>
  /** Hooks of which the server may have lost what it was told, as after a restored backup; in hex. */
  doubted(): ReadonlySet<string>
  /** The line is new: others may have given back the log that the server had lost, and nobody can tell by it. */
  wake(): void
  /** Resolves when scripts can use the hook. @throws SottoError when the server does not take it, or it is revoked */
  ready(hook: string): Promise<void>
  /** Tells those who wait what has become of it. */
  settle(room: RoomState): void
  fail(failure: SottoError): void
  /** The same, also for whoever asks later. */
  rest(reason: SottoError): void
}

interface Deps {
  readonly tools: Tools
  readonly line: Line
  state(): RoomState
  take(step: TakeStep): Promise<void>
  timeMs(): number
  /** Once after a while of chance: somebody else may be first. */
  isDue(wish: string): boolean
}

interface Waiter {
  resolve(): void
  reject(failure: SottoError): void
}

export const makeHookKeeper = ({ tools, line, state, take, timeMs, isDue }: Deps): HookKeeper => {
  const waiters = new Map<string, Waiter[]>()
  const doubted = new Set<string>()

  const settleOne = (hook: string, failure?: SottoError): void => {
    const waiting = waiters.get(hook) ?? []
    waiters.delete(hook)
    for (const { resolve, reject } of waiting) {
      if (failure) reject(failure)
      else resolve()
    }
  }

  const publish = async (hook: string): Promise<void> => {
    const known = hookNamed(state(), hook)
    const newest = known && newestOf(known)
    if (!known || !newest) return
    const { generation, ecId, rsaId, statement } = newest
    try {
      await line.call(operations.publishHook, {
        room: state().id,
        hook: known.hook,
        generation,
        keyIds: [ecId, rsaId],
        statement,
        tokenHash: known.tokenHash,
      })
    } catch (error) {
      if (!(error instanceof SottoError) || isForNow(error)) throw error
      // Others were first, or it is not for this device to say.
      if (error.code !== 'stale_epoch') settleOne(hook, error)
    }
    doubted.delete(hook)
    if (known.isUnpublished) await take((room) => published(room, hook, statement))
  }

  const perform = async (duty: HookDuty): Promise<void> => {
    switch (duty.kind) {
      case 'renew_hook': {
        const { hook } = duty
        if (!isDue(`renew-${hook}-${state().place.epoch}`)) return
        const made = await renewed(tools, state(), hook, timeMs())
        if (made) await take((room) => stageRenewal(room, hook, made, timeMs()))
        return
      }
      case 'tell_hook': {
        const { hook, isAsked } = duty
        if (!isAsked && !isDue(`tell-${hook}-${state().place.epoch}`)) return
        return take((room) => stageTelling(tools, room, hook, timeMs()))
      }
      case 'publish_hook':
        return publish(duty.hook)
      case 'forget_hook_keys':
        return take((room) => forgetOldKeys(room, timeMs()))
    }
  }

  let ended: SottoError | null = null
  const fail = (failure: SottoError): void => {
    for (const hook of waiters.keys()) settleOne(hook, failure)
  }

  return {
    perform,
    doubted: () => doubted,
    wake: () => {
      for (const { hook, anchor } of state().hooks) if (anchor) doubted.add(toHex(hook))
    },
    ready: (hook) =>
      new Promise((resolve, reject) => {
        if (ended) return reject(ended)
        return void waiters.set(hook, [...(waiters.get(hook) ?? []), { resolve, reject }])
      }),
    settle: (room) => {
      if (waiters.size === 0) return
      const known = new Map(room.hooks.map((one) => [toHex(one.hook), one]))
      for (const hook of waiters.keys()) {
        const one = known.get(hook)
        if (one && newestOf(one) && !one.isUnpublished) settleOne(hook)
      }
    },
    fail,
    rest: (reason) => {
      ended = reason
      fail(reason)
    },
  }
}
