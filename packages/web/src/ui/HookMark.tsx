import { Icon } from './Icon.tsx'
import styles from './HookMark.module.css'

/** Stands where a person has a face: a square with a dashed edge, for people are round. */
export const HookMark = ({ title }: { readonly title?: string }) => (
  <span className={styles.mark} title={title}>
    <Icon name="hook" size={18} />
  </span>
)
