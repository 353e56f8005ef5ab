import {
  blob,
  bytes,
  decodeAs,
  encodeAs,
  limits,
  list,
  type Shape,
  SottoError,
  struct,
  text,
  uint,
  union,
} from '@sotto/protocol'

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
      readonly content: Uint8Array
    }
  | { readonly kind: 'event'; readonly actor: Uint8Array; readonly event: RecordedEvent }
  | { readonly kind: 'unreadable' }

export type RecordedEvent =
  | { readonly kind: 'created' }
  | { readonly kind: 'added'; readonly account: Uint8Array }
  | { readonly kind: 'removed'; readonly account: Uint8Array }
  | { readonly kind: 'left' }
  | { readonly kind: 'renamed'; readonly name: string }

const account = bytes(32)
const event: Shape<RecordedEvent> = union({
  created: [0, {}],
  added: [1, { account }],
  removed: [2, { account }],
  left: [3, {}],
  renamed: [4, { name: text(limits.roomNameCharactersMax * 2) }],
})

const item: Shape<RecordedItem> = union({
  message: [0, { message: bytes(16), device: bytes(16), account, content: blob(limits.messageBytesMax) }],
  event: [1, { actor: account, event }],
  unreadable: [2, {}],
})

export const recordedItems: Shape<readonly RecordedItem[]> = list(item, limits.proposalsPendingMax)

const record: Shape<LogRecord> = struct({ anchor: bytes(16), timeMs: uint(), items: recordedItems })

export const encodeLogRecord = (value: LogRecord): Uint8Array => encodeAs(record, value)

/** @throws SottoError `storage_damaged` */
export const decodeLogRecord = (stored: Uint8Array): LogRecord => {
  try {
    return decodeAs(record, stored)
  } catch {
    throw new SottoError('storage_damaged')
  }
}
