import type { ReactElement } from 'react'
import type { Situation } from './situation.ts'

/** Where a panel stands beside the room, and not over it. */
export const besideQuery = '(min-width: 1180px)'

export interface ScreenProps {
  readonly open: boolean
  readonly onClose: () => void
}

/**
 * A dialog, or a panel beside the room, with a name in the address: the address opens it, and the way back closes it.
 * What it shows it takes from the situation.
 */
export interface Screen {
  readonly name: string
  readonly kind: 'dialog' | 'panel'
  readonly isOffered: (situation: Situation) => boolean
  readonly View: (props: ScreenProps) => ReactElement | null
}
