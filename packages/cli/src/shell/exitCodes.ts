/** What the exit codes mean; stable. */
export const exitTexts: readonly { readonly exit: number; readonly text: string }[] = [
  { exit: 0, text: 'done' },
  { exit: 1, text: 'a row of the conformance tests does not hold' },
  { exit: 2, text: 'what was asked for is not well formed' },
  { exit: 3, text: 'there is no such person, room or thing' },
  { exit: 4, text: 'it is taken, or there already' },
  { exit: 5, text: 'sign in first' },
  { exit: 6, text: 'not allowed: by the server, or by the rules of the room' },
  { exit: 7, text: 'the room has moved on; try again' },
  { exit: 8, text: 'somebody has gone back in time, or is not who they were' },
  { exit: 9, text: 'too many requests, or nothing there to invite yet; try later' },
  { exit: 10, text: 'the server is away, not ready, or out of space' },
  { exit: 11, text: 'this device: no account, another account, another program, no space' },
  { exit: 12, text: 'the room is frozen' },
  { exit: 70, text: 'a bug' },
]
