/**
 * What is being written on this page, by room. It outlives the field, which may be drawn anew at any moment, and is
 * dropped when the room is left and the device has stored it.
 */
const texts = new Map<string, string>()
/** Rooms whose text the device has not stored. */
const unstored = new Set<string>()
const open = new Map<string, number>()
const listeners = new Set<() => void>()

export const draftInHand = (room: string): string | undefined => texts.get(room)

export const subscribeToDrafts = (notify: () => void): (() => void) => {
  listeners.add(notify)
  return () => listeners.delete(notify)
}

const becomes = (room: string, text: string): void => {
  texts.set(room, text)
  for (const notify of listeners) notify()
}

/** Somebody writes this. */
export const takeInHand = (room: string, text: string): void => {
  unstored.add(room)
  becomes(room, text)
}

/** Another text is shown than the one that the device keeps, and keeps on keeping. */
export const showInHand = (room: string, text: string): void => {
  unstored.delete(room)
  becomes(room, text)
}

export const isUnstored = (room: string): boolean => unstored.has(room)

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
  if (texts.get(room) !== text) return
  unstored.delete(room)
  if (!open.has(room)) texts.delete(room)
}

/** Whoever comes next on this page may be in the same rooms, and reads nothing of what was written before. */
export const dropDrafts = (): void => {
  texts.clear()
  unstored.clear()
}
