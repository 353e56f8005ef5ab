import type { PersonView } from '../view.ts'
import { ofSession } from './command.ts'
import { nothing } from './input.ts'

/** Who has registered on the server last, without oneself and those who block one. */
export type ListPeople = (input: object) => Promise<readonly PersonView[]>

export const people = ofSession<ListPeople>({
  input: nothing,
  run: async ({ openRoom, connected }) => {
    await connected()
    return openRoom.people()
  },
})
