import { literal } from '@sotto/protocol'
import { readAround } from '../timeline/timeline.ts'
import type { TimelinePlace, TimelineStretch } from '../view.ts'
import { ofAccount } from './command.ts'
import { either, fields, type Input, number, shaped, string } from './input.ts'

/**
 * The timeline around a place: up to `newer` entries of the log from it on, and `older` ones before it. `timeline` reads
 * on in both directions. `not_found` for an item that is not there.
 */
export type ReadTimelineAround = (input: {
  readonly room: string
  readonly at: TimelinePlace
  readonly older: number
  readonly newer: number
}) => Promise<TimelineStretch>

const place: Input<TimelinePlace> = either(
  either(shaped(literal('newest')), shaped(literal('readMarker'))),
  either(either(fields({ message: string }), fields({ seq: number })), fields({ dateMs: number })),
)

export const timelineAround = ofAccount<ReadTimelineAround>({
  input: fields({ room: string, at: place, older: number, newer: number }),
  run: async ({ store, rooms, tools, senderOf }, { room, ...query }) => {
    const { account, device } = tools
    return readAround(store, rooms.get(room), { account, device, senderOf }, query)
  },
})
