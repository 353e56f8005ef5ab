import {
  blob,
  boolean,
  bytes,
  decodeAs,
  encodeAs,
  type HookFault,
  hookFaults,
  hookId,
  limits,
  list,
  nullable,
  oneOf,
  type Shape,
  SottoError,
  struct,
  text,
  uint,
  union,
} from '@sotto/protocol'
import type { Role } from '@sotto/trust'
import { type ReadContent, readContent } from '../content/content.ts'

/** What a room's log has come to on this device: one record for each entry, also where there is nothing to show. */
export interface LogRecord {
  /** The first half of the entry's hash: other members' anchors are compared with it. */
  readonly anchor: Uint8Array
  readonly timeMs: number
  readonly items: readonly RecordedItem[]
}

export type RecordedItem =
  | {
      readonly kind: 'message'
      readonly message: Uint8Array
      readonly device: Uint8Array
      readonly account: Uint8Array
      readonly said: ReadContent
    }
  | { readonly kind: 'event'; readonly actor: Uint8Array; readonly event: RecordedEvent }
  /** What came under a hook's name: its words, or why they are not shown. */
  | {
      readonly kind: 'hook'
      readonly hook: Uint8Array
      /** Empty where this device does not know it. */
      readonly name: string
      readonly text: string | null
      readonly fault: HookFault | null
    }
  | { readonly kind: 'unreadable' }
  /** A message without a key, for a reason that is known: see `TimelineItem`. */
  | { readonly kind: 'missed'; readonly why: 'own' | 'absent' }

export type RecordedEvent =
  | { readonly kind: 'created' }
  | { readonly kind: 'added'; readonly account: Uint8Array }
  | { readonly kind: 'removed'; readonly account: Uint8Array }
  | { readonly kind: 'left' }
  /** The account has said no to its invitation. */
  | { readonly kind: 'declined' }
  /** This device has come back into a room of which it has the history. */
  | { readonly kind: 'returned' }
  | { readonly kind: 'renamed'; readonly name: string }
  | { readonly kind: 'role'; readonly account: Uint8Array; readonly role: Role }
  | { readonly kind: 'rejoined' }
  | { readonly kind: 'objected'; readonly rule: string }
  | { readonly kind: 'refounded' }
  | { readonly kind: 'hook_added'; readonly name: string; readonly reads: boolean }
  | { readonly kind: 'hook_removed'; readonly name: string }

const account = bytes(32)
const hookName = text(limits.hookNameCharactersMax * 2)
const event: Shape<RecordedEvent> = union({
  created: [0, {}],
  added: [1, { account }],
  removed: [2, { account }],
  left: [3, {}],
  renamed: [4, { name: text(limits.roomNameCharactersMax * 2) }],
  role: [5, { account, role: oneOf<Role>(0, 1, 2, 3) }],
  rejoined: [6, {}],
  objected: [7, { rule: text(64) }],
  refounded: [8, {}],
  hook_added: [9, { name: hookName, reads: boolean }],
  hook_removed: [10, { name: hookName }],
  returned: [11, {}],
  declined: [12, {}],
})

const contentBytes = blob(limits.messageBytesMax)
/** The bytes are kept: a later version may read more in them. */
export const saidContent: Shape<ReadContent> = {
  read: (value, at) => readContent(contentBytes.read(value, at)),
  write: ({ bytes: content }) => contentBytes.write(content),
  describe: contentBytes.describe,
}

const item: Shape<RecordedItem> = union({
  message: [0, { message: bytes(16), device: bytes(16), account, said: saidContent }],
  event: [1, { actor: account, event }],
  unreadable: [2, {}],
  missed: [3, { why: oneOf('own', 'absent') }],
  hook: [
    4,
    {
      hook: hookId,
      name: hookName,
      text: nullable(text(limits.hookSignedBytesMax)),
      fault: nullable(oneOf<HookFault>(...hookFaults)),
    },
  ],
})

/** Of one commit: something of each member before it and of each after it, and what its proposals do to devices and hooks. */
const itemsMax = 2 * limits.leavesPerRoomMax + limits.proposalsPendingMax
export const recordedItems: Shape<readonly RecordedItem[]> = list(item, itemsMax)

export const logRecord: Shape<LogRecord> = struct({ anchor: bytes(16), timeMs: uint(), items: recordedItems })

export const encodeLogRecord = (value: LogRecord): Uint8Array => encodeAs(logRecord, value)

/** @throws SottoError `storage_damaged` */
export const decodeLogRecord = (stored: Uint8Array): LogRecord => {
  try {
    return decodeAs(logRecord, stored)
  } catch {
    throw new SottoError('storage_damaged')
  }
}
