import type { Client } from '@sotto/client'
import { useEffect, useState } from 'react'
import { useClientState } from './ClientContext.tsx'

/** Whether it is this page that has the device forget its account: nobody has to be told of that. */
let forgetsHere = false

/** Ends the session, and erases the account's keys and messages from this browser. */
export const forgetDevice = async (client: Client): Promise<void> => {
  forgetsHere = true
  try {
    await client.logout({ forget: true })
  } catch (error) {
    forgetsHere = false
    throw error
  }
}

/**
 * @returns whether the account that this page showed has gone from this browser by another hand: its site data were
 *   cleared, or another tab had them erased
 */
export const useDeletedData = (): boolean => {
  const holds = useClientState(({ account }) => account.kind !== 'none')
  const [held, setHeld] = useState(holds)
  const [deleted, setDeleted] = useState(false)
  if (holds !== held) {
    setHeld(holds)
    setDeleted(!holds && !forgetsHere)
  }
  useEffect(() => {
    if (holds) forgetsHere = false
  }, [holds])
  return deleted
}
