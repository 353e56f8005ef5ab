import { Menu as Base } from '@base-ui/react/menu'
import { useEffect, useRef } from 'react'
import type { ReactNode } from 'react'
import { classes } from './classes.ts'
import { Icon } from './Icon.tsx'
import type { IconName } from './Icon.tsx'
import styles from './Menu.module.css'

/** A button and the menu behind it. `small`: at the end of a row, in line with its edge. */
export const Menu = ({
  icon,
  label,
  size = 'medium',
  side = 'bottom',
  align = 'end',
  children,
}: {
  readonly icon: IconName
  /** The accessible name of the button. */
  readonly label: string
  readonly size?: 'small' | 'medium'
  readonly side?: 'top' | 'bottom'
  readonly align?: 'start' | 'end'
  readonly children: ReactNode
}) => (
  <Base.Root modal={false}>
    <Base.Trigger className={classes(styles.trigger, size === 'small' && styles.small)} aria-label={label}>
      <Icon name={icon} size={size === 'small' ? 18 : 20} />
    </Base.Trigger>
    <Base.Portal>
      <Base.Positioner
        className={styles.positioner}
        side={side}
        align={align}
        sideOffset={6}
        collisionPadding={8}
      >
        <Base.Popup className={styles.popup}>{children}</Base.Popup>
      </Base.Positioner>
    </Base.Portal>
  </Base.Root>
)

/** The first item of a menu that was opened by key has the focus, as it has where a button opens one. */
const useFirstItem = (byKey: boolean) => {
  const popup = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (!byKey) return
    const frame = requestAnimationFrame(() =>
      popup.current?.querySelector<HTMLElement>('[role="menuitem"]')?.focus(),
    )
    return () => cancelAnimationFrame(frame)
  }, [byKey])
  return popup
}

/** A menu without a button: it stands at `anchor`, and is open as long as it is there. */
export const AnchoredMenu = ({
  anchor,
  label,
  byKey,
  onClose,
  finalFocus,
  children,
}: {
  readonly anchor: HTMLElement
  readonly label: string
  readonly byKey: boolean
  readonly onClose: () => void
  /** Where the focus goes afterwards; false leaves it where it is. */
  readonly finalFocus: () => HTMLElement | false
  readonly children: ReactNode
}) => {
  const popup = useFirstItem(byKey)
  return (
    <Base.Root
      open
      modal={false}
      onOpenChange={(next) => {
        if (!next) onClose()
      }}
    >
      <Base.Portal>
        <Base.Positioner
          className={styles.positioner}
          anchor={anchor}
          side="bottom"
          align="end"
          sideOffset={6}
          collisionPadding={8}
        >
          <Base.Popup ref={popup} className={styles.popup} aria-label={label} finalFocus={finalFocus}>
            {children}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  )
}

export const MenuItem = ({
  icon,
  danger = false,
  shortcut,
  onSelect,
  children,
}: {
  readonly icon: IconName
  readonly danger?: boolean
  readonly shortcut?: string | undefined
  readonly onSelect: () => void
  readonly children: ReactNode
}) => (
  <Base.Item className={classes(styles.item, danger && styles.danger)} onClick={onSelect}>
    <Icon name={icon} size={18} />
    {children}
    {shortcut !== undefined && (
      <kbd className={styles.shortcut} aria-hidden="true">
        {shortcut}
      </kbd>
    )}
  </Base.Item>
)

export const MenuSeparator = () => <Base.Separator className={styles.separator} />
