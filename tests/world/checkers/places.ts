import { isDeepStrictEqual } from 'node:util'
import type { TimelineItem } from '@sotto/client'
import type { Evidence, Witness } from './evidence.ts'

type Client = NonNullable<ReturnType<Witness['device']['client']>>

/** What is wrong with the stretch around one item of a timeline. */
const wrongAt = async (
  client: Client,
  room: string,
  timeline: readonly TimelineItem[],
  item: TimelineItem,
): Promise<string | undefined> => {
  const around = { room, at: { message: item.id }, older: 1, newer: 1 }
  const stretch = await client.timelineAround(around).catch((error: unknown) => String(error))
  if (typeof stretch === 'string') return stretch
  const { items, hasOlder, hasNewer } = stretch
  const count = items.filter(({ id }) => id === item.id).length
  if (count !== 1) return `is there ${count} times`
  const from = timeline.findIndex(({ id }) => id === items[0]?.id)
  if (!isDeepStrictEqual(items, timeline.slice(from, from + items.length))) return 'has other neighbours'
  if (hasOlder !== from > 0 || hasNewer !== from + items.length < timeline.length) return 'ends elsewhere'
  return undefined
}

/** I19: at the id of each item that is shown the timeline opens, with this item once and with its neighbours. */
export const checkPlaces = async ({ world, witnesses }: Evidence): Promise<void> => {
  for (const { device, timelines } of witnesses) {
    const client = device.client()
    if (!client) continue
    for (const [room, timeline] of timelines)
      for (const item of timeline) {
        const wrong = await wrongAt(client, room, timeline, item)
        if (wrong) world.fail('I19', `${device.name} in ${room.slice(0, 8)}: ${item.id} ${wrong}`)
      }
  }
}
