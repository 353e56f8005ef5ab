import type { FailureDetail, SpaceOwner } from '@sotto/client'

/** Why a message waits for which the server has no space, and what becomes of it. */
export const noSpaceText: Readonly<Record<SpaceOwner, string>> = {
  account: 'this account has reached its daily storage limit; messages are sent little by little',
  room: 'the room has reached its daily storage limit; messages are sent little by little, and other rooms accept more',
  server: 'the server is almost full; tell the person who runs it',
}

/** The same of a failure that names whose space it is, as a sentence. */
export const noSpaceIn = ({ scope }: FailureDetail): string | undefined => {
  const text = Object.entries(noSpaceText).find(([owner]) => owner === scope)?.[1]
  return text && `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
}
