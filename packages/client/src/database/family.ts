import { decodeAs, type Shape } from '@sotto/protocol'

/** What a row costs that cannot be read: it was changed on the disk, or holds something else than its family writes. */
export type Damage =
  /** The profile does not open, and nothing is changed: without this row, nobody knows whose it is or with whom it speaks. */
  | 'profile'
  /** The room gives up its keys, says so, and comes in anew; all others open. */
  | 'room'
  /** As if the row had never been written: what it held comes again by itself, from the server or from other rows. */
  | 'rebuilt'
  /** As if the row had never been written: no key and no word of others was in it, and the user can say it again. */
  | 'forgotten'
  /** What it held is missing: it was a copy of what the log or the server has, and nothing that is read depends on it. */
  | 'missing'
  /** The timeline says at its place that it cannot be read; everything around it is shown. */
  | 'shown'
  /** Whoever asks for it is told `storage_damaged`; everything else goes on. */
  | 'question'

/** How the values of a family are written. */
export interface Value {
  /** Two values that describe themselves alike are written alike. */
  describe(): string
  /** @throws for what is not written so */
  check(stored: Uint8Array): void
}

/** Rows of one kind: where they lie, what they hold, and what becomes of one that cannot be read. */
export interface Family {
  /** Their keys: each `<…>` is one of `places`. */
  readonly key: string
  readonly value: Value
  readonly damage: Damage
}

export const shaped = <T>(shape: Shape<T>): Value => ({
  describe: () => shape.describe(),
  check: (stored) => void decodeAs(shape, stored),
})

/** Bytes that another package writes, or that are no structure. `what` names their form and its version. */
export const written = (what: string, check: (stored: Uint8Array) => void = () => {}): Value => ({
  describe: () => what,
  check,
})

const places = {
  account: '[0-9a-f]{64}',
  hash: '[0-9a-f]{64}',
  room: '[0-9a-f]{32}',
  message: '[0-9a-f]{32}',
  reference: '[0-9a-f]{64}',
  keyPackage: '[0-9a-f]{96}',
  number: '[0-9]{16}',
  part: '[a-z]+(/[0-9a-z/]*)?',
} as const

/** What the keys of a family look like. */
export const keysOf = ({ key }: Family): RegExp =>
  new RegExp(
    `^${key.replaceAll('.', '\\.').replace(/<(\w+)>/g, (_, place: keyof typeof places) => places[place])}$`,
  )
