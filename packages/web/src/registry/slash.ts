import type { Client, RoomView, SlashCommand } from '@sotto/client'
import type { ReactElement } from 'react'
import type { Ways } from './situation.ts'
import type { Translate } from './words.ts'

export interface SlashTools {
  readonly client: Client
  readonly room: RoomView
  readonly ways: Ways
  /** Shows under the field what is going on, or what came of it, until something else is written. */
  show(note: ReactElement): void
}

/** Something that is said with a slash in front, in the field of a room. What it rejects with is shown there. */
export type WebSlash = SlashCommand<(argument: string, tools: SlashTools) => void | Promise<void>> & {
  readonly label: (t: Translate) => string
}
