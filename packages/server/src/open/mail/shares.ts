/** Letters that wait, and how long they are together. */
export interface Held {
  readonly letters: number
  readonly characters: number
}

export interface MailBounds {
  readonly lettersMax: number
  readonly charactersMax: number
}

export const nothingHeld: Held = { letters: 0, characters: 0 }

/** A sender may have this part of what he leaves free. */
const partOfFree = 3

export const plus = (held: Held, characters: number): Held => ({
  letters: held.letters + 1,
  characters: held.characters + characters,
})

/**
 * What a mailbox has for those whom its owner does not know: half. Accounts cost nothing, so shares alone keep a place for
 * the next one only until many have one; the other half is for those whom he knows.
 */
export const boundsOfStrangers = ({ lettersMax, charactersMax }: MailBounds): MailBounds => ({
  lettersMax: Math.ceil(lettersMax / 2),
  charactersMax: Math.ceil(charactersMax / 2),
})

/**
 * Whether a mailbox takes one more letter of a sender. Nobody has more than a third of what is free within his bounds, so
 * one sender ends at a quarter of them and two at a fifth each: shares that are measured by what is left (A. K. Choudhury,
 * E. L. Hahne, "Dynamic queue length thresholds", 1998).
 */
export const takesOneMore = (box: Held, share: Held, characters: number, bounds: MailBounds): boolean =>
  box.letters < bounds.lettersMax &&
  box.characters + characters <= bounds.charactersMax &&
  share.letters * partOfFree < bounds.lettersMax - box.letters &&
  share.characters * partOfFree < bounds.charactersMax - box.characters
