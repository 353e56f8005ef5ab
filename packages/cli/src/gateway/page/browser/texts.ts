/** What the gateway says for programs, in words for whoever writes here. */
const failures: Readonly<Record<string, string>> = {
  PAYLOAD_TOO_LARGE: 'This message is too long. Send it in parts.',
  TEXT_EMPTY: 'This message is empty.',
  TIMEOUT: 'The server did not answer in time.',
  UNAUTHORIZED: 'The gateway no longer knows you. Reload this page.',
}

const sentence = (text: string): string => text.replace(/[^.?!]$/, '$&.')

/** What the page says, beside what stands in its document. */
export const texts = {
  title: (room: string, unread: number): string =>
    `${unread > 0 ? `(${unread}) ` : ''}${room} – Sotto gateway`,
  entering: 'Entering…',
  enter: 'Enter',
  nameMissing: 'Type a name first.',
  tokenMissing: 'Type the token first.',
  tokenWrong:
    'This is not the gateway’s current token: it creates a new one each time it starts. Open the address that it printed.',
  gatewayAway: 'The gateway does not answer. Is it running? This page continues by itself when it is back.',
  gatewayEnded:
    'The gateway has stopped. Start it again and open the address that it prints. Messages from others wait for you.',
  serverAway: 'The gateway has lost the server. What you send waits until it is back.',
  you: 'you',
  people: (count: number): string => `${count} here`,
  logFor: (room: string): string => `Messages in ${room}`,
  empty: 'No messages since you opened this page. Earlier messages are not shown.',
  joined: 'has joined',
  left: 'has left',
  toYou: 'to you alone',
  inChat: 'in a chat',
  sending: 'Sending…',
  failure: (code: string, words: string): string =>
    sentence((Object.hasOwn(failures, code) ? failures[code] : undefined) ?? words),
  notSent: (why: string): string => `Not sent. ${why}`,
  edit: 'Edit',
  unknown: 'The connection broke; this may or may not have arrived.',
  again: 'Send again',
  discard: 'Discard',
} as const
