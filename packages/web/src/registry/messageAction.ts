import type { Client, RoomView, TimelineItem } from '@sotto/client'
import type { ReactElement } from 'react'
import type { IconName } from '../ui/Icon.tsx'
import type { Translate } from './words.ts'

/** What somebody said in a room: a person, a bot or a script. */
export type SpokenItem = Extract<TimelineItem, { kind: 'message' | 'hook' }>

export interface MessageTarget {
  readonly room: RoomView
  readonly item: SpokenItem
}

/** What an action may use. */
export interface MessageTools {
  readonly client: Client
  readonly t: Translate
  /** Shows a short sentence for a moment and has it read out. */
  say(text: string): void
}

/** Does something about the message; what a rejection says is shown below the messages. */
export type Act = (act: (target: MessageTarget, tools: MessageTools) => void | Promise<void>) => void

export interface PanelProps {
  readonly target: MessageTarget
  readonly act: Act
  readonly onClose: () => void
}

export type Deed =
  /** What a rejection says is shown below the messages. */
  | { readonly kind: 'act'; act(target: MessageTarget, tools: MessageTools): void | Promise<void> }
  /** Opens beside the message, and asks for more than one press. */
  | { readonly kind: 'panel'; readonly Panel: (props: PanelProps) => ReactElement | null }

/**
 * Something that can be done with a message: in the bar beside it, in its menu, and by a key while it has the focus.
 * Each feature names its own in `Feature.messageActions`.
 */
export interface MessageAction {
  readonly id: string
  readonly icon: IconName
  readonly label: (t: Translate) => string
  /** One key without Ctrl, Alt or Shift, as `KeyboardEvent.key` names it; null for none. */
  readonly key: string | null
  /** `bar`: in the bar and in the menu. `menu`: in the menu alone. */
  readonly place: 'bar' | 'menu'
  readonly danger?: boolean
  readonly isOffered: (target: MessageTarget) => boolean
  readonly deed: Deed
}

export interface UnderProps {
  readonly target: MessageTarget
  readonly act: Act
}

/** What stands under a message, inside of its row. */
export interface UnderMessage {
  readonly id: string
  readonly Part: (props: UnderProps) => ReactElement | null
}
