import type { Client } from '@sotto/client'
import { useEffect } from 'react'
import { useClient } from '../ClientContext.tsx'
import type { PreferenceStore } from './preferences.ts'
import { preferences } from './usePreferences.ts'

const note = { key: 'sotto.preferences' }

/** With the account, sealed like everything else of it. */
const accountStore = (client: Client): PreferenceStore => ({
  read: () => client.readNote(note),
  write: (text) => client.writeNote({ ...note, text }),
})

/** Has the preferences be those of the account that is signed in. */
export const useAccountPreferences = (): void => {
  const client = useClient()
  useEffect(() => {
    const kept = preferences.keepWith(accountStore(client))
    return () => {
      void kept.then((end) => end())
    }
  }, [client])
}
