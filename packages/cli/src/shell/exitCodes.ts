/** What the exit codes mean; stable. */
export const exitTexts: readonly { readonly exit: number; readonly text: string }[] = [
  { exit: 0, text: 'done' },
  { exit: 1, text: 'a conformance test failed' },
  { exit: 2, text: 'the command or its input is not valid' },
  { exit: 3, text: 'no such person, room or thing' },
  { exit: 4, text: 'the name is taken, or the thing exists already' },
  { exit: 5, text: 'sign in first' },
  { exit: 6, text: 'not allowed by the server or by the rules of the room' },
  { exit: 7, text: 'the room has changed; try again' },
  { exit: 8, text: 'history or identity does not match what was known before' },
  { exit: 9, text: 'too many requests, or no device to invite yet; try later' },
  { exit: 10, text: 'the server is down, not ready, or out of space' },
  { exit: 11, text: 'this device: no account, another account, another program, no space' },
  { exit: 12, text: 'the room is frozen' },
  { exit: 70, text: 'a bug' },
]
