import { type ReactNode, useEffect, useState } from 'react'
import { useTranslations } from 'use-intl'

/** An invitation of somebody whose device is ready is done sooner. */
const lateAfterMs = 2000

/** Says what an invitation may be waiting for, once it takes long; shown while one is under way. */
export const Arriving = ({ children }: { readonly children: (words: string) => ReactNode }) => {
  const t = useTranslations('invitation')
  const [late, setLate] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), lateAfterMs)
    return () => clearTimeout(timer)
  }, [])
  return <>{late && children(t('arriving'))}</>
}
