import type { SenderView, TimelineItem } from '@sotto/client'
import { event, latestOf, people, room, said } from './scenery.ts'
import type { Scenery } from './scenery.ts'

/** Ends the isolate it stands in, and turns everything behind it. */
const breakOut = '\u2069\u202e'

const turning: SenderView = { account: 'e71101', name: `mallory${breakOut}x`, own: false, isBot: false }

/** Names and words with characters that direct the text around them. */
export const directions = (nowMs: number): Scenery => {
  const items: readonly TimelineItem[] = [
    event(1, people.bob, { kind: 'created' }, nowMs - 60_000),
    event(2, turning, { kind: 'renamed', name: `Direct${breakOut}ions` }, nowMs - 50_000),
    said(3, turning, `never closed \u202e and ${breakOut} on`, nowMs - 40_000),
    {
      kind: 'hook',
      id: 'hook.4',
      seq: 4,
      hook: '0a1e27',
      name: `Alert${breakOut}s`,
      text: null,
      fault: 'signature',
      timeMs: nowMs - 30_000,
    },
  ]
  return {
    timelines: new Map([['0f31', items]]),
    members: new Map(),
    rooms: [room('0f31', `Direct${breakOut}ions`, { readSeq: 4, latest: latestOf(items), memberCount: 3 })],
  }
}
