import { operations, SottoError, toHex } from '@sotto/protocol'
import type { Cell } from '../cell.ts'
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
import { isTransient } from '../transient.ts'
import type { RoomState } from './state.ts'
import type { Tools } from './tools.ts'

/** Does what is to be done about the hooks of a room. */
export interface HookKeeper {
  perform(duty: HookDuty): Promise<void>
  /** Hooks of which the server may have lost what it was told, as after a restored backup; in hex. */
  doubted(): ReadonlySet<string>
  /** The line is new: others may have given back the log that the server had lost, and nobody can tell by it. */
  wake(): void
}

interface Deps {
  readonly tools: Tools
  readonly line: Line
  state(): RoomState
  take(step: TakeStep): Promise<void>
  timeMs(): number
  /** Once after a while of chance: somebody else may be first. */
  isDue(wish: string): boolean
  /** In hex. */
  readonly inDoubt: Cell<ReadonlySet<string>>
  /** The server does not take the hook. */
  refused(hook: string, failure: SottoError): void
}

export const makeHookKeeper = (deps: Deps): HookKeeper => {
  const { tools, line, state, take, timeMs, isDue, inDoubt, refused } = deps

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
      if (!(error instanceof SottoError) || isTransient(error)) throw error
      // Others were first, or it is not for this device to say.
      if (error.code !== 'stale_epoch') refused(hook, error)
    }
    inDoubt.change((hooks) => new Set([...hooks].filter((one) => one !== hook)))
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

  return {
    perform,
    doubted: inDoubt.now,
    wake: () => {
      const told = state().hooks.filter(({ anchor }) => anchor)
      inDoubt.change((hooks) => new Set([...hooks, ...told.map(({ hook }) => toHex(hook))]))
    },
  }
}
