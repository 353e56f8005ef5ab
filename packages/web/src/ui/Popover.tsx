import { Popover as Base } from '@base-ui/react/popover'
import type { ReactNode } from 'react'
import styles from './Popover.module.css'

/** Something small that stands beside an element until it is done with, and keeps the focus meanwhile. */
export const Popover = ({
  anchor,
  label,
  onClose,
  finalFocus,
  children,
}: {
  readonly anchor: HTMLElement
  readonly label: string
  readonly onClose: () => void
  /** Where the focus goes afterwards; false leaves it where it is. */
  readonly finalFocus: () => HTMLElement | false
  readonly children: ReactNode
}) => (
  <Base.Root
    open
    onOpenChange={(next) => {
      if (!next) onClose()
    }}
  >
    <Base.Portal>
      <Base.Positioner
        className={styles.positioner}
        anchor={anchor}
        side="top"
        align="end"
        sideOffset={6}
        collisionPadding={8}
      >
        <Base.Popup className={styles.popup} aria-label={label} finalFocus={finalFocus}>
          {children}
        </Base.Popup>
      </Base.Positioner>
    </Base.Portal>
  </Base.Root>
)
