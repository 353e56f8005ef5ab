import type { Client, MessageItem } from '@sotto/client'

/** How far back somebody may mean what another one has said. */
const lookedAtMax = 100

/** The last that another one has said, and everybody has. */
export const newestOfOthers = async (
  client: Pick<Client, 'timeline'>,
  room: string,
): Promise<MessageItem | null> => {
  const { items } = await client.timeline({ room, limit: lookedAtMax })
  const item = items.findLast((one) => one.kind === 'message' && one.seq !== null && !one.sender.own)
  return item?.kind === 'message' ? item : null
}
