import type { RegistrationMode } from '@sotto/client'
import { useEffect, useState } from 'react'
import { useClient } from '../../client/ClientContext.tsx'

/** Who may register, as the server says; null while it has not. Without a line it says so when it is asked for more. */
export const useRegistrationMode = (): RegistrationMode | null => {
  const client = useClient()
  const [mode, setMode] = useState<RegistrationMode | null>(null)
  useEffect(() => {
    let isWanted = true
    client.registrationMode({}).then(
      (told) => {
        if (isWanted) setMode(told)
      },
      () => {},
    )
    return () => {
      isWanted = false
    }
  }, [client])
  return mode
}
