import { Tooltip as Base } from '@base-ui/react/tooltip'
import type { ReactElement } from 'react'
import styles from './Tooltip.module.css'

/** `Base.Provider` draws what it is given, and says only that it draws something. */
export const TooltipProvider = Base.Provider as (props: Base.Provider.Props) => ReactElement

/** A hint for eyes only: what it hangs on carries the same words as its accessible name. */
export const Tooltip = ({
  text,
  shortcut,
  children,
}: {
  readonly text: string
  readonly shortcut?: string | undefined
  readonly children: ReactElement
}) => (
  <Base.Root>
    <Base.Trigger render={children} />
    <Base.Portal>
      <Base.Positioner sideOffset={6} collisionPadding={8}>
        <Base.Popup className={styles.popup} aria-hidden="true">
          {text}
          {shortcut && <kbd className={styles.shortcut}>{shortcut}</kbd>}
        </Base.Popup>
      </Base.Positioner>
    </Base.Portal>
  </Base.Root>
)
