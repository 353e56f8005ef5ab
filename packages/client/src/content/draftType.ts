import type { Shape } from '@sotto/protocol'
import type { Input } from '../commands/input.ts'

interface Kinded {
  readonly kind: string
}

/**
 * One kind of part that a draft can have, or one kind of relation to another message: how it is stored, how it comes from
 * a screen, and what of it is kept. `draftKinds.ts` lists them.
 */
export interface DraftType<T extends Kinded> {
  readonly kind: T['kind']
  /** The number of the kind in stored rows: never another one. */
  readonly tag: number
  /** What is stored beside the kind, in this order. */
  readonly fields: { readonly [K in Exclude<keyof T, 'kind'>]: Shape<T[K]> }
  readonly input: Input<T>
  /** The form in which it is stored; null where nothing of it is left. @throws SottoError `too_large` */
  kept(one: T): T | null
  /** Whether it says nothing by itself. */
  isBlank(one: T): boolean
}

/** As whoever looks a kind up by what was read uses it. */
export type AnyDraftType = DraftType<Kinded>
