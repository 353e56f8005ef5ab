import { encodeCanonical } from '@sotto/protocol'
import { receiveShare } from '../../room/receiveShare.ts'
import type { ContentType } from '../contentType.ts'

/** Keys of a hook, which members tell each other; nothing to show. */
export interface HookKeys {
  readonly kind: 'hook_keys'
  readonly keys: Uint8Array
  readonly writtenMs: number
}

export const encodeHookKeys = (keys: Uint8Array, salt: Uint8Array, writtenMs: number): Uint8Array =>
  encodeCanonical({ t: 'hook_keys', salt, ts: writtenMs, keys })

export const hookKeys: ContentType<HookKeys> = {
  kind: 'hook_keys',
  read: ({ keys }, writtenMs) =>
    keys instanceof Uint8Array ? { kind: 'hook_keys', keys, writtenMs } : undefined,
  summary: () => '',
  isHidden: true,
  receive: (tools, desk, message, { keys }, timeMs) =>
    receiveShare(tools, desk, { ...message, keys, timeMs }),
}
