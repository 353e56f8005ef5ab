import type { Person } from './world/person.ts'

/** Accounts of the members of a room, by their names. */
export const members = async (person: Person, room: string): Promise<(name: string) => string> => {
  const all = await person.client.members({ room })
  return (name) => {
    const member = all.find((one) => one.name === name)
    if (!member) throw new Error(`${name} is not in the room`)
    return member.account
  }
}
