import type { Refusal } from '../dialect.ts'

/** What helps, where the words of the server do not say it to somebody who picks a name. */
const texts: Readonly<Record<string, string>> = {
  USERNAME_TAKEN:
    'That name belongs to somebody else on this server. Choose another name; if it is yours, its keys are in another profile: start the gateway with that profile',
  USERNAME_ALIKE: 'That name looks too much like somebody else’s on this server. Choose another one',
  USERNAME_RESERVED: 'That name is reserved. Choose another one',
  ACCOUNT_EXISTS:
    'This profile has that name on another server. Choose another one, or start the gateway with another profile',
  INVITE_REQUIRED:
    'This server accepts new accounts by invitation only. Create the account first: sotto lane register NAME --invite KEY',
  REGISTRATION_CLOSED:
    'This server does not accept new accounts. Log in with a name that this profile has, or ask the person who runs the server',
  INVALID_CREDENTIALS:
    'The server does not know the password that this profile has for that name: the account was created again there, or this is another server',
}

/** The same refusal, in words for somebody who picks a name. */
export const loginRefusal = (refusal: Refusal): Refusal => {
  const text = Object.hasOwn(texts, refusal.code) ? texts[refusal.code] : undefined
  return text === undefined ? refusal : { ...refusal, error: text }
}
