import { limits } from '@sotto/protocol'
import type { Mark } from '../../timeline/marks.ts'
import type { SenderView } from '../../view.ts'

/** An emoji under a message, and whose it is. */
export interface ReactionView {
  readonly emoji: string
  /** Of accounts. */
  readonly count: number
  /** Whether the user is one of them. */
  readonly own: boolean
  /** Of others, in the order in which they came; not all of very many. */
  readonly names: readonly string[]
}

const isOn = ({ said: { content } }: Mark): boolean => content.kind === 'react' && content.isOn

const grouped = (marks: readonly Mark[]): ReadonlyMap<string, readonly Mark[]> =>
  Map.groupBy(
    marks.filter(isOn).toSorted((a, b) => a.seq - b.seq),
    ({ key }) => key,
  )

/**
 * The reactions of a message: of each account and emoji the newest holds, which `marks` has seen to. The emoji that came
 * first stands first.
 */
export const reactionsIn = (
  marks: readonly Mark[],
  senderOf: (account: Uint8Array) => SenderView,
): readonly ReactionView[] =>
  [...grouped(marks)].slice(0, limits.reactionsShownMax).map(([emoji, by]) => {
    const senders = by.map(({ account }) => senderOf(account))
    const others = senders.filter(({ own }) => !own)
    return {
      emoji,
      count: by.length,
      own: others.length < senders.length,
      names: others.slice(0, limits.reactionNamesMax).map(({ name }) => name),
    }
  })
