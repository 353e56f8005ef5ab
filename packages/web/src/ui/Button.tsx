import type { ComponentProps, ReactNode } from 'react'
import styles from './Button.module.css'
import { classes } from './classes.ts'
import { Icon } from './Icon.tsx'
import type { IconName } from './Icon.tsx'
import { Spinner } from './Spinner.tsx'

export interface ButtonProps extends Omit<ComponentProps<'button'>, 'children'> {
  readonly children: ReactNode
  readonly look?: 'primary' | 'secondary' | 'quiet' | 'danger'
  readonly size?: 'small' | 'medium' | 'large'
  readonly icon?: IconName
  /** Shows that it is at work and lets further presses pass; the focus stays where it is. */
  readonly busy?: boolean
  readonly wide?: boolean
}

export const Button = ({
  children,
  look = 'secondary',
  size = 'medium',
  icon,
  busy = false,
  wide = false,
  className,
  onClick,
  type = 'button',
  ...rest
}: ButtonProps) => (
  <button
    {...rest}
    type={type}
    className={classes(styles.button, styles[look], styles[size], wide && styles.wide, className)}
    aria-disabled={busy || rest['aria-disabled'] === true || undefined}
    onClick={(event) => {
      if (busy) event.preventDefault()
      else onClick?.(event)
    }}
  >
    {busy ? <Spinner /> : icon && <Icon name={icon} size={18} />}
    <span className={styles.label}>{children}</span>
  </button>
)
