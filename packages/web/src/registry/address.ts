/** Where somebody is: in a room or in none, with panels and dialogs over it, the last one in front. */
export interface Address {
  readonly room: string | null
  readonly opened: readonly string[]
}

/** `/room/0f01/members/invite`: the room, then what is open over it. */
export const addressOf = (path: string): Address => {
  const parts = path.split('/').filter((part) => part !== '')
  return parts[0] === 'room' && parts[1] !== undefined
    ? { room: parts[1], opened: parts.slice(2) }
    : { room: null, opened: parts }
}

export const pathOf = ({ room, opened }: Address): string =>
  `/${[...(room === null ? [] : ['room', room]), ...opened].join('/')}`

/** With one more thing open; what is open already comes to the front. */
export const withOpened = ({ room, opened }: Address, name: string): Address => ({
  room,
  opened: [...opened.filter((one) => one !== name), name],
})

export const withoutOpened = ({ room, opened }: Address, name: string): Address => ({
  room,
  opened: opened.filter((one) => one !== name),
})
