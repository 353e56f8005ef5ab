import type { ClientState } from '@sotto/client'
import { failureText } from './failureText.ts'
import { serverRefused, type Settled } from './waiting.ts'

/** How far a list is to be trusted that was made without all that the server knows; empty where it was made with it. */
export const standingText = (standing: Settled, state: ClientState): string => {
  switch (standing) {
    case 'caught_up':
    case 'signed_out':
      return ''
    case 'catching_up':
      return 'Not everything has been read yet.'
    case 'offline':
      return `${failureText(serverRefused(state))}\nThis is what the device remembers.`
    case 'refused':
      return `${failureText(serverRefused(state))}\nNothing is sent to it.`
  }
}
