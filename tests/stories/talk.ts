import type { Client, ClientState, RoomView, TimelineItem } from '@sotto/client'

/** Waits for what a client shows, by its own word: no clock decides whether a story is true. */
export const until = <T>(client: Client, look: (state: ClientState) => T | undefined | false): Promise<T> =>
  new Promise((resolve) => {
    const seen = look(client.state())
    if (seen) return resolve(seen)
    const stop = client.subscribe(() => {
      const now = look(client.state())
      if (!now) return
      stop()
      resolve(now)
    })
  })

export const room = (client: Client, id: string): RoomView | undefined =>
  client.state().rooms.find((one) => one.id === id)

export const online = (client: Client): Promise<true> =>
  until(client, ({ connection }) => connection.kind === 'online')

export const invitation = (client: Client, id: string): Promise<RoomView> =>
  until(client, ({ rooms }) => rooms.find((one) => one.id === id && one.state.kind === 'invited'))

type Message = Extract<TimelineItem, { kind: 'message' }>

export const timeline = async (client: Client, id: string): Promise<readonly TimelineItem[]> => {
  const pages: TimelineItem[] = []
  let after = 0
  for (;;) {
    const { items, more } = await client.timeline({ room: id, after, limit: 200 })
    pages.push(...items)
    if (!more) return pages
    after = Math.max(...items.map(({ seq }) => seq ?? 0)) + 1
  }
}

export const messages = async (client: Client, id: string): Promise<readonly Message[]> =>
  (await timeline(client, id)).filter((item): item is Message => item.kind === 'message')

export const texts = async (client: Client, id: string): Promise<readonly string[]> =>
  (await messages(client, id)).map(({ text }) => text)

/** Waits until the room shows what is looked for in its timeline. */
export const untilTimeline = (
  client: Client,
  id: string,
  isThere: (items: readonly TimelineItem[]) => boolean,
): Promise<readonly TimelineItem[]> =>
  new Promise((resolve, reject) => {
    let looking = false
    let again = false
    const look = async (): Promise<void> => {
      if (looking) {
        again = true
        return
      }
      looking = true
      do {
        again = false
        const items = await timeline(client, id)
        if (isThere(items)) {
          stop()
          return resolve(items)
        }
      } while (again)
      looking = false
    }
    const stop = client.subscribe(() => void look().catch(reject))
    void look().catch(reject)
  })

/** Waits until so many messages are in the log as this client has it. */
export const untilMessages = (client: Client, id: string, count: number): Promise<readonly TimelineItem[]> =>
  untilTimeline(
    client,
    id,
    (items) => items.filter((item) => item.kind === 'message' && item.seq !== null).length >= count,
  )

/** A room of two, as most stories begin. */
export const meet = async (
  host: Client,
  guest: Client,
  guestName: string,
  name = 'General',
): Promise<string> => {
  const { room: id } = await host.createRoom({ name })
  await host.invite({ room: id, name: guestName })
  await invitation(guest, id)
  await guest.accept({ room: id })
  return id
}
