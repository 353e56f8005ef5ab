import type { IconName } from '../ui/Icon.tsx'
import type { Keys } from './keys.ts'
import type { Situation, Ways } from './situation.ts'
import type { Translate } from './words.ts'

/**
 * Something that can be done from everywhere on the page, by a key, in a menu, or by a button in the header of a room.
 * Where it is not offered, none of them does anything.
 */
export interface Command {
  readonly id: string
  readonly icon: (situation: Situation) => IconName
  readonly label: (t: Translate, situation: Situation) => string
  readonly isOffered: (situation: Situation) => boolean
  readonly run: (ways: Ways, situation: Situation) => void
  /** The first one stands beside its button. */
  readonly keys?: readonly Keys[]
  /** What the list of shortcuts calls it, for each of its keys. */
  readonly help?: readonly ((t: Translate) => string)[]
  /** Parts of a menu stand apart, in the order of their numbers. */
  readonly menu?: { readonly name: 'room' | 'account'; readonly part: number; readonly danger?: true }
  readonly button?: {
    readonly label: (t: Translate) => string
    /** Of a button that shows whether something is open. */
    readonly pressed?: (situation: Situation) => boolean
  }
}

/** Keys that are no command's: what they do depends on what has the focus. The list of shortcuts names them. */
export interface KeyHint {
  readonly id: string
  readonly group: KeyGroup
  readonly label: (t: Translate) => string
  readonly keys: readonly string[]
}

export type KeyGroup = 'everywhere' | 'writing' | 'messages' | 'list'
