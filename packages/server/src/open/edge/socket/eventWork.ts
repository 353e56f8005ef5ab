import { historyEvents } from '../events/roomEvents.ts'

/** What an event costs, in microseconds of one core: rows and a check of form; a page of history in rows and JSON. */
const eventUs = 500
const historyUs = 5000
/** The members of a room are read. */
const rekeyUs = 3000
/** An event is read, checked, stored and written to everybody who gets it. */
const eventUsPerKib = 30

export const workUsOf = (event: string, characters: number): number =>
  (historyEvents.has(event) ? historyUs : event === 'rekey' ? rekeyUs : eventUs) +
  (characters / 1024) * eventUsPerKib

/** Of the messages in a page of history: nearly all of it. */
export const charactersIn = (page: unknown): number => {
  const { messages = [] } = page as { readonly messages?: readonly { readonly encrypted_content: string }[] }
  return messages.reduce((sum, { encrypted_content }) => sum + encrypted_content.length, 0)
}
