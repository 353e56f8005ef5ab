import type { ComponentProps } from 'react'
import { classes } from './classes.ts'
import { Icon } from './Icon.tsx'
import type { IconName } from './Icon.tsx'
import styles from './IconButton.module.css'
import { Tooltip } from './Tooltip.tsx'

export interface IconButtonProps extends Omit<ComponentProps<'button'>, 'children' | 'aria-label'> {
  /** Its accessible name, shown as well when the pointer or the focus rests on it. */
  readonly label: string
  readonly icon: IconName
  readonly shortcut?: string | undefined
  readonly tone?: 'plain' | 'accent'
}

export const IconButton = ({
  label,
  icon,
  shortcut,
  tone = 'plain',
  className,
  ...rest
}: IconButtonProps) => (
  <Tooltip text={label} shortcut={shortcut}>
    <button
      type="button"
      {...rest}
      aria-label={label}
      className={classes(styles.button, styles[tone], className)}
    >
      <Icon name={icon} />
    </button>
  </Tooltip>
)
