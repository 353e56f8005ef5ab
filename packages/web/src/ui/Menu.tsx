import { Menu as Base } from '@base-ui/react/menu'
import type { ReactElement, ReactNode } from 'react'
import { classes } from './classes.ts'
import { Icon } from './Icon.tsx'
import type { IconName } from './Icon.tsx'
import styles from './Menu.module.css'

/** A button and the menu behind it. */
export const Menu = ({
  trigger,
  side = 'bottom',
  align = 'end',
  children,
}: {
  readonly trigger: ReactElement
  readonly side?: 'top' | 'bottom'
  readonly align?: 'start' | 'end'
  readonly children: ReactNode
}) => (
  <Base.Root modal={false}>
    <Base.Trigger render={trigger} />
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

export const MenuItem = ({
  icon,
  danger = false,
  onSelect,
  children,
}: {
  readonly icon: IconName
  readonly danger?: boolean
  readonly onSelect: () => void
  readonly children: ReactNode
}) => (
  <Base.Item className={classes(styles.item, danger && styles.danger)} onClick={onSelect}>
    <Icon name={icon} size={18} />
    {children}
  </Base.Item>
)

export const MenuSeparator = () => <Base.Separator className={styles.separator} />
