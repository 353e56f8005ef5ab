import type { ReactNode } from 'react'
import styles from './coded.module.css'

/** For texts with something in them that is typed or set as it stands there: no line ends inside an option. */
export const coded = { code: (chunks: ReactNode) => <code className={styles.code}>{chunks}</code> }
