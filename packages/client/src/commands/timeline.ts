import { readTimeline } from '../timeline/timeline.ts'
import type { TimelineItem } from '../view.ts'
import { ofAccount } from './command.ts'
import { fields, number, string } from './input.ts'

/** Items oldest first: the newest `limit`, or the `limit` before the acknowledged item at `before` / from `after` on. */
export type ReadTimeline = (input: {
  readonly room: string
  readonly before?: number
  readonly after?: number
  readonly limit: number
}) => Promise<{ readonly items: readonly TimelineItem[]; readonly more: boolean }>

export const timeline = ofAccount<ReadTimeline>({
  input: fields({ room: string, limit: number }, { before: number, after: number }),
  run: async ({ store, rooms, tools, senderOf }, { room, ...query }) => {
    const { account, device } = tools
    return readTimeline(store, rooms.get(room), { account, device, senderOf }, query)
  },
})
