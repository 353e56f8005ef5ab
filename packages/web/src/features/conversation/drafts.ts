import { type Draft, emptyDraft, hasSomethingToSee, isEmptyDraft, textOf } from '@sotto/client'

/** A draft of this page that the device does not have, or not as it stands here. */
type InHand =
  /** The device has not stored it yet. */
  | { readonly kind: 'written'; readonly draft: Draft }
  /** What was written is being said: nothing stands here, and the device keeps the draft until the message is stored. */
  | { readonly kind: 'saying' }
  /** Blanks, of which the device keeps nothing: they stand here as long as it has no other draft. */
  | { readonly kind: 'blank'; readonly draft: Draft }

/**
 * What is being written on this page, by room, from a key on until the device has stored it. It outlives the field, which
 * may be drawn anew at any moment. All other drafts are those of the device.
 */
const inHand = new Map<string, InHand>()
const open = new Map<string, number>()
const listeners = new Set<() => void>()

const put = (room: string, next: InHand | null): void => {
  if (next) inHand.set(room, next)
  else inHand.delete(room)
  for (const notify of listeners) notify()
}

export const subscribeToDrafts = (notify: () => void): (() => void) => {
  listeners.add(notify)
  return () => listeners.delete(notify)
}

/** What stands in the field of a room of which the device has stored this draft. */
export const shownDraft = (room: string, stored: Draft): Draft => {
  const held = inHand.get(room)
  switch (held?.kind) {
    case 'written':
      return held.draft
    case 'saying':
      return emptyDraft
    case 'blank':
      return isEmptyDraft(stored) ? held.draft : stored
    case undefined:
      return stored
  }
}

/** What the device has not stored; undefined where it has everything. */
export const unstoredDraft = (room: string): Draft | undefined => {
  const held = inHand.get(room)
  return held?.kind === 'written' ? held.draft : undefined
}

/** Somebody writes this. */
export const written = (room: string, draft: Draft): void => put(room, { kind: 'written', draft })

/** What stands there is being said. */
export const saying = (room: string): void => put(room, { kind: 'saying' })

/** It is said: what stands there now was written since. @returns whether nothing was */
export const said = (room: string): boolean => {
  const isSaid = inHand.get(room)?.kind === 'saying'
  if (isSaid) put(room, null)
  return isSaid
}

/** The device has stored this draft, or one that was written elsewhere after it; its state says so already. */
export const stored = (room: string, draft: Draft): void => {
  if (unstoredDraft(room) !== draft) return
  const isBlank = draft.relations.length === 0 && !hasSomethingToSee(textOf(draft))
  put(room, isBlank && open.has(room) ? { kind: 'blank', draft } : null)
}

/** A field for the room is on the page. @returns what ends that */
export const openDraft = (room: string): (() => void) => {
  open.set(room, (open.get(room) ?? 0) + 1)
  return () => {
    const others = (open.get(room) ?? 1) - 1
    if (others > 0) open.set(room, others)
    else {
      open.delete(room)
      if (inHand.get(room)?.kind === 'blank') put(room, null)
    }
  }
}

/** Whoever comes next on this page may be in the same rooms, and reads nothing of what was written before. */
export const dropDrafts = (): void => inHand.clear()
