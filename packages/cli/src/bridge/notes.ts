import type { Bot } from '@sotto/client'

/** What a bridge remembers between its runs, sealed in the profile of its bot. */
export type Notes = Pick<Bot, 'recall' | 'remember'>

/** Which rooms a bot bridges, and whether it was in both. */
export interface Pair {
  /** Id of the encrypted room. */
  readonly room: string
  /** Number of the classic room; null before it was joined. */
  readonly classic: number | null
}

const pairNote = 'pair'

export const readPair = async (notes: Notes): Promise<Pair | null> => {
  const note = await notes.recall(pairNote)
  return note === null ? null : (JSON.parse(note) as Pair)
}

export const writePair = (notes: Notes, pair: Pair): Promise<void> =>
  notes.remember(pairNote, JSON.stringify(pair))

/** From where on what is said is carried: the place of the notice in the encrypted room, and that it stands in the classic one. */
export const sinceNotes = { encrypted: 'since/encrypted', classic: 'since/classic' } as const

export const toldNotes = { encrypted: 'told/encrypted', classic: 'told/classic' } as const

/** The place that a bot had in the encrypted room when it was taken out: what it had said up to there counts no more. */
export const floorNote = 'floor'
