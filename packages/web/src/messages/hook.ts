import type { HookFault } from '@sotto/client'

const unreadable = 'its form is not that of a post'

/** Why what came under a hook's name is not shown. */
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
  keyless: 'this device had not been told the keys of the hook yet',
  unknown_key: 'it is encrypted to keys that the hook does not have any more',
  sealed: 'it does not open with the key that it names',
  inner_form: unreadable,
  inner_base64: unreadable,
  inner_json: unreadable,
  inner_header: unreadable,
  inner_algorithm: 'it is signed in a way that is not accepted',
  sender: 'it is signed with another key than the script has',
  signature: 'its signature is wrong',
  claims: 'it says other things about itself than a post does',
  issuer: 'it was made for another hook',
  audience: 'it was made for another room',
  stale: 'it was not made just now',
  expired: 'it had expired when it came',
  replayed: 'it was shown before',
  empty: 'it says nothing',
  text_too_long: 'it is longer than a message may be',
} as const satisfies Record<HookFault, string>

export const hook = {
  /** Never a person's name alone. */
  title: 'hook <bdi>{name}</bdi>',
  spoken: 'hook {name}',
  unknown: 'an unknown hook',
  mark: 'Posted by a script',
  refused: 'Something came as {who} and is not shown: {why}.',
  fault,
  list: 'Hooks',
  explain: 'Scripts that may post here. No person speaks through them.',
  writes: 'Reads nothing',
  reads: 'Reads what is said here when a member hands it over',
  nameless: 'A hook whose keys are still to come',
  until: 'Set {generation} of its keys, until {date}',
} as const
