import { useEffect, useState } from 'react'
import { useTranslations } from 'use-intl'
import { coded } from '../../ui/coded.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { faultOf, readSeen, type SetupFault } from './seen.ts'

/** What cannot be learned is no fault: an older server, no connection. */
const learnFault = async (signal: AbortSignal): Promise<SetupFault | undefined> => {
  const answer = await fetch('/seen', { signal, cache: 'no-store', credentials: 'omit' })
  const seen = readSeen(await answer.json())
  return seen && faultOf(seen, location)
}

/** Says to whoever sets up a server what it and its proxy were not told of each other, with the setting. */
export const SetupNotice = () => {
  const t = useTranslations('setup')
  const [fault, setFault] = useState<SetupFault>()
  useEffect(() => {
    const gone = new AbortController()
    learnFault(gone.signal).then(setFault, () => {})
    return () => gone.abort()
  }, [])
  if (!fault) return null
  return (
    <Notice tone="warning" icon="warning">
      {t.rich(fault, { origin: location.origin, ...coded })}
    </Notice>
  )
}
