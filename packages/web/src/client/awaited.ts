import type { MemberView, TimelineItem } from '@sotto/client'

/** Accounts that are invited and have not come in. */
export const awaitedIn = (members: readonly MemberView[]): readonly string[] =>
  members.flatMap(({ isInvited, account }) => (isInvited ? [account] : []))

/** Whether what has happened may have changed the list: the room itself, or somebody speaks who was not there yet. */
export const isNews = (items: readonly TimelineItem[], members: readonly MemberView[]): boolean => {
  const awaited = new Set(awaitedIn(members))
  return items.some(
    (item) => item.kind === 'event' || (item.kind === 'message' && awaited.has(item.sender.account)),
  )
}
