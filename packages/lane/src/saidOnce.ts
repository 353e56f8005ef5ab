import { asList, asNumber, asObject, asText } from './rest.ts'
import type { LaneStore } from './ports/store.ts'
import { parseStrict } from './strict.ts'

/** What is on its way to a room under a name of the caller's: the server may have it, or not. */
export interface Saying {
  readonly jti: string
  /** The key that it is sealed under: sent again under the same one, the same bytes are refused as a repetition. */
  readonly under: string
  readonly content: {
    readonly encrypted_content: string
    readonly iv: string
    readonly message_hash: string
  }
}

/** What was said in rooms under names, so that it is said once, also by a later program. */
export interface SaidOnce {
  /** The number of the message that was said so; undefined where none is known to have arrived. */
  said(room: number, name: string): number | undefined
  saying(room: number, name: string): Saying | undefined
  /** Before it is sent. */
  begin(room: number, name: string, saying: Saying): void
  settle(room: number, name: string, id: number): void
}

/** Names that are remembered of one room: whoever asks again does so soon, in the order of what was said. */
const namesMax = 256

const saidRow = (room: number): string => `said/${room}`
const sayingRow = (room: number, name: string): string => `saying/${room}/${name}`

export const makeSaidOnce = (store: LaneStore): SaidOnce => {
  const allIn = (room: number): readonly (readonly [name: string, id: number])[] =>
    asList(parseStrict(store.get(saidRow(room)) ?? '[]')).map((entry) => {
      const [name, id] = asList(entry)
      return [asText(name), asNumber(id)] as const
    })
  return {
    said: (room, name) => allIn(room).find(([one]) => one === name)?.[1],
    saying: (room, name) => {
      const row = store.get(sayingRow(room, name))
      if (row === undefined) return undefined
      const { jti, under, content } = asObject(parseStrict(row))
      const { encrypted_content, iv, message_hash } = asObject(content)
      return {
        jti: asText(jti),
        under: asText(under),
        content: {
          encrypted_content: asText(encrypted_content),
          iv: asText(iv),
          message_hash: asText(message_hash),
        },
      }
    },
    begin: (room, name, saying) => store.write({ [sayingRow(room, name)]: JSON.stringify(saying) }),
    settle: (room, name, id) =>
      store.write({
        [sayingRow(room, name)]: null,
        [saidRow(room)]: JSON.stringify([...allIn(room), [name, id]].slice(-namesMax)),
      }),
  }
}
