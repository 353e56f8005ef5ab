/** Keys are ASCII paths such as `room/<id>/cursor`, ordered by their code units; they hold ids and numbers only. */
export type Change =
  | { readonly kind: 'put'; readonly key: string; readonly value: Uint8Array }
  | { readonly kind: 'delete'; readonly key: string }
  /** Every key with `from <= key < to`. */
  | { readonly kind: 'delete_range'; readonly from: string; readonly to: string }

export interface Row {
  readonly key: string
  readonly value: Uint8Array
}

export interface RangeOptions {
  readonly limit: number
  /** `down` starts at the end: the newest message first. */
  readonly direction?: 'up' | 'down'
}

/**
 * Where a device keeps what it knows. Opening a store fences every earlier opener: from then on its commits are
 * refused, so a tab that was frozen and wakes up cannot write an old ratchet over a new one.
 *
 * Every implementation passes `test/contracts/store.ts`.
 */
export interface Store {
  get(key: string): Promise<Uint8Array | undefined>
  /** Rows with `from <= key < to`, at most `limit` of them. */
  range(from: string, to: string, options: RangeOptions): Promise<readonly Row[]>
  /**
   * All of the changes or none; on return they survive a power cut.
   * @throws SottoError `fenced` when another writer has opened the store since, `storage_full`, `storage_damaged`
   */
  commit(changes: readonly Change[]): Promise<void>
  close(): Promise<void>
}
