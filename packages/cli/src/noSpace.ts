import type { FailureDetail, SpaceOwner } from '@sotto/client'

/** Why a message waits for which the server has no space, and what becomes of it. */
export const noSpaceText: Readonly<Record<SpaceOwner, string>> = {
  account: 'this account has stored as much as it may in a day; it goes on by itself, a little at a time',
  room: 'the room has taken as much as it may in a day; it goes on by itself, and another room takes more',
  server: 'the server is nearly full; tell the people who run it',
}

/** The same of a failure that names whose space it is, as a sentence. */
export const noSpaceIn = ({ scope }: FailureDetail): string | undefined => {
  const text = Object.entries(noSpaceText).find(([owner]) => owner === scope)?.[1]
  return text && `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
}
