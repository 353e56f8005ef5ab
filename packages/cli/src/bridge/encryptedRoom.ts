import { type Client, isOver } from '@sotto/client'

const itemsPerPage = 200

/** The place of the newest of the bot's own messages behind `floor` that reads so; null where it has none yet. */
export const placeOf = async (
  client: Client,
  room: string,
  text: string,
  floor: number,
): Promise<number | null> => {
  for (let before: number | undefined; ;) {
    const page = { room, limit: itemsPerPage, ...(before === undefined ? {} : { before }) }
    const { items, more } = await client.timeline(page)
    const places = items.flatMap((item) =>
      item.kind === 'message' && item.sender.own && item.text === text ? [item.seq ?? 0] : [],
    )
    const newest = Math.max(0, ...places)
    if (newest > floor) return newest
    before = items.find(({ seq }) => seq !== null)?.seq ?? undefined
    if (!more || before === undefined || before <= floor) return null
  }
}

export const lastPlaceIn = async (client: Client, room: string): Promise<number> => {
  const { items } = await client.timeline({ room, limit: 1 })
  return Math.max(0, ...items.map(({ seq }) => seq ?? 0))
}

export const isOut = (client: Client, room: string): boolean =>
  client.state().rooms.some((view) => view.id === room && isOver(view))

/** Resolves when the bot can speak in the room. */
export const whenInside = (client: Client, room: string, failed: Promise<unknown>): Promise<void> => {
  let stop = (): void => {}
  const inside = new Promise<void>((resolve) => {
    const look = (): void => {
      if (client.state().rooms.some(({ id, state }) => id === room && state.kind === 'active')) resolve()
    }
    stop = client.subscribe(look)
    look()
  })
  return Promise.race([inside, failed.then(() => {})]).finally(() => stop())
}
