import type { ReactNode } from 'react'

/** For texts with names in them: a name written from right to left must not turn the words around it. */
export const isolated = { bdi: (chunks: ReactNode) => <bdi>{chunks}</bdi> }
