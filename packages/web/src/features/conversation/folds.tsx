import { createContext, useCallback, useContext, useState } from 'react'
import type { ReactNode } from 'react'
import { observed, useObserved } from '../../ui/observed.ts'
import type { Observed } from '../../ui/observed.ts'

const Unfolded = createContext<Observed<ReadonlySet<string>>>(observed(new Set()))

/** Keeps what has been unfolded: a row that scrolls out of sight is gone with everything it knew. */
export const FoldsProvider = ({ children }: { readonly children: ReactNode }) => {
  const [unfolded] = useState(() => observed<ReadonlySet<string>>(new Set()))
  return <Unfolded value={unfolded}>{children}</Unfolded>
}

/** Whether the row of this id is shown in full, and what changes that. */
export const useFold = (id: string): readonly [unfolded: boolean, fold: (unfolded: boolean) => void] => {
  const all = useContext(Unfolded)
  const unfolded = useObserved(all, (ids) => ids.has(id))
  const fold = useCallback(
    (unfold: boolean) =>
      all.set(new Set(unfold ? [...all.get(), id] : [...all.get()].filter((other) => other !== id))),
    [all, id],
  )
  return [unfolded, fold]
}
