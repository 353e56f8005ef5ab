/**
 * What is being written on this page, by room. It outlives the field, which may be drawn anew at any moment, and is
 * dropped when the room is left and the device has stored it.
 */
const texts = new Map<string, string>()
const open = new Map<string, number>()
const listeners = new Set<() => void>()

export const draftInHand = (room: string): string | undefined => texts.get(room)

export const subscribeToDrafts = (notify: () => void): (() => void) => {
  listeners.add(notify)
  return () => listeners.delete(notify)
}

export const takeInHand = (room: string, text: string): void => {
  texts.set(room, text)
  for (const notify of listeners) notify()
}

/** A field for the room is on the page. @returns what ends that */
export const openDraft = (room: string): (() => void) => {
  open.set(room, (open.get(room) ?? 0) + 1)
  return () => {
    const others = (open.get(room) ?? 1) - 1
    if (others > 0) open.set(room, others)
    else open.delete(room)
  }
}

/** The device has stored this text. */
export const storedDraft = (room: string, text: string): void => {
  if (!open.has(room) && texts.get(room) === text) texts.delete(room)
}
