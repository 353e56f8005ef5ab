import { decodeAs, encodeAs, labelledHash, limits, SottoError, struct, text, toHex } from '@sotto/protocol'
import { everyReading } from '../database/readings.ts'
import type { Store } from '../ports/store.ts'
import { within } from '../room/keys.ts'

/** Small texts under names that programs give them. */
export interface Notes {
  read(key: string): Promise<string | null>
  write(key: string, text: string | null): Promise<void>
}

const folder = within('note/')
const keyCharactersMax = 128
export const noteRow = struct({ text: text(limits.noteCharactersMax) })

/** What a key says may be a program's own secret; the row of the store holds a hash. */
const rowKey = (key: string): string => {
  if (key === '' || key.length > keyCharactersMax || !key.isWellFormed())
    throw new SottoError('bad_request', `the key of a note has 1 to ${keyCharactersMax} characters`)
  return `${folder.from}${toHex(labelledHash('note', key))}`
}

/** What cannot be read takes its place all the same. */
const readKeys = async (store: Store): Promise<Set<string>> => {
  const keys = new Set<string>()
  for await (const { key } of everyReading(store, folder)) keys.add(key)
  return keys
}

export const openNotes = (store: Store): Notes => {
  let known: Promise<Set<string>> | undefined
  const keys = (): Promise<Set<string>> => (known ??= readKeys(store))

  return {
    read: async (key) => {
      const stored = await store.get(rowKey(key))
      if (!stored) return null
      try {
        return decodeAs(noteRow, stored).text
      } catch {
        throw new SottoError('storage_damaged')
      }
    },
    write: async (key, value) => {
      const at = rowKey(key)
      const there = await keys()
      if (value === null) {
        await store.commit([{ kind: 'delete', key: at }])
        there.delete(at)
        return
      }
      if (!value.isWellFormed()) throw new SottoError('bad_request', 'text is not well-formed Unicode')
      if (value.length > limits.noteCharactersMax) throw new SottoError('too_large')
      if (!there.has(at) && there.size >= limits.notesMax)
        throw new SottoError('rate', 'there are too many notes')
      await store.commit([{ kind: 'put', key: at, value: encodeAs(noteRow, { text: value }) }])
      there.add(at)
    },
  }
}
