import type { ReactNode } from 'react'
import { classes } from './classes.ts'
import { Icon } from './Icon.tsx'
import type { IconName } from './Icon.tsx'
import styles from './Notice.module.css'

/** Something the reader should know, in the place it concerns. */
export const Notice = ({
  tone,
  icon,
  children,
  action,
  announce = 'politely',
}: {
  readonly tone: 'neutral' | 'accent' | 'warning' | 'danger'
  readonly icon?: IconName
  readonly children: ReactNode
  readonly action?: ReactNode
  readonly announce?: 'politely' | 'at_once' | 'never'
}) => (
  <div
    className={classes(styles.notice, styles[tone])}
    {...(announce === 'never' ? {} : { role: announce === 'at_once' ? 'alert' : 'status' })}
  >
    {icon && <Icon name={icon} size={18} />}
    <div className={styles.text}>{children}</div>
    {action}
  </div>
)
