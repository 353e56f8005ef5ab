/** What an access token reaches. A program's own session reaches all of it. */
export const scopes = ['read', 'send', 'rooms', 'account'] as const

/**
 * `read`: people, keys, rooms, histories and what arrives · `send`: messages into rooms, chats and mailboxes ·
 * `rooms`: make, join and leave rooms and chats, and give keys out · `account`: own key and presence.
 */
export type Scope = (typeof scopes)[number]

export const writeScopes = (reached: readonly Scope[]): string =>
  scopes.filter((s) => reached.includes(s)).join(' ')

export const readScopes = (written: string): readonly Scope[] => {
  const words = written.split(' ')
  return scopes.filter((scope) => words.includes(scope))
}
