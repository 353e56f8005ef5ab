import type { HookFault } from '@sotto/client'

const unreadable = 'it is not a valid post'

/** Why a post of a hook is not shown. */
const fault = {
  too_large: 'it is too large',
  form: unreadable,
  base64: unreadable,
  json: unreadable,
  header: unreadable,
  algorithm: 'it is encrypted in a way that is not accepted',
  length: unreadable,
  entry: unreadable,
  unknown_hook: 'the room has no such hook',
  keyless: 'this device did not have the hook’s keys yet',
  unknown_key: 'it is encrypted to keys that the hook no longer uses',
  sealed: 'it cannot be decrypted',
  inner_form: unreadable,
  inner_base64: unreadable,
  inner_json: unreadable,
  inner_header: unreadable,
  inner_algorithm: 'it is signed in a way that is not accepted',
  sender: 'it is not signed with the script’s key',
  signature: 'its signature is wrong',
  claims: 'its details are not those of a post',
  issuer: 'it was made for another hook',
  audience: 'it was made for another room',
  stale: 'its time is wrong',
  expired: 'it had expired when it arrived',
  replayed: 'it was posted before',
  empty: 'it is empty',
  text_too_long: 'it is longer than a message may be',
} as const satisfies Record<HookFault, string>

export const hook = {
  /** Never a person's name alone. */
  title: 'hook <bdi>{name}</bdi>',
  spoken: 'hook {name}',
  unknown: 'an unknown hook',
  mark: 'Posted by a script',
  refused: 'A post from {who} is not shown: {why}.',
  fault,
  list: 'Hooks',
  explain: 'Scripts that can post here. Their posts are not from a person.',
  writes: 'Cannot read',
  reads: 'Can read messages that a member forwards to it',
  nameless: 'A hook whose keys have not arrived yet',
  until: 'Key set {generation}, until {date}',
} as const
