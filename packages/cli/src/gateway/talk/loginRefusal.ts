import type { Refusal } from '../dialect.ts'

/** What helps, where the words of the server do not say it to somebody who picks a name. */
const texts: Readonly<Record<string, string>> = {
  USERNAME_TAKEN:
    'That name is somebody else’s account on this server. Choose another name; if it is yours, its keys are in another profile: start the gateway with that one',
  USERNAME_ALIKE: 'That name looks like the name of somebody else on this server. Choose another one',
  USERNAME_RESERVED: 'That name is kept for the server itself. Choose another one',
  ACCOUNT_EXISTS:
    'This profile has that name on another server. Choose another one, or start the gateway with another profile',
  INVITE_REQUIRED:
    'This server takes new accounts by invitation only. Make the account first: sotto lane register NAME --invite KEY',
  REGISTRATION_CLOSED:
    'This server takes no new accounts. Log in by a name that this profile has, or ask whoever runs the server',
  INVALID_CREDENTIALS:
    'The server does not know the password that this profile has for that name: the account was made anew there, or the server is another one',
}

/** The same refusal, in words for somebody who picks a name. */
export const loginRefusal = (refusal: Refusal): Refusal => {
  const text = Object.hasOwn(texts, refusal.code) ? texts[refusal.code] : undefined
  return text === undefined ? refusal : { ...refusal, error: text }
}
