import { limits } from '@sotto/protocol'

/** A bound as the documents tell it: of what, and how much. */
export interface Bound {
  readonly what: string
  readonly bound: string
}

const count = (value: number): string => value.toLocaleString('en')

const bytes = (value: number): string => {
  const [miB, kiB] = [1024 * 1024, 1024]
  return value >= miB ? `${count(value / miB)} MiB` : `${count(value / kiB)} KiB`
}

const hourMs = 3_600_000
const minuteMs = 60_000
const secondMs = 1000

/** What a program of this lane can run into, with the codes that say so. Made of the limits by which the server acts. */
export const bounds: readonly Bound[] = [
  {
    what: 'accounts made at one address, `RATE_LIMITED`; with an invite key its uses count',
    bound: `${count(limits.registrationsPerAddressPerHour)} in an hour`,
  },
  {
    what: 'wrong passwords of one account at one address before one has to wait, `RATE_LIMITED`',
    bound: `${count(limits.loginTriesPerWindow)} in ${count(limits.loginWindowMs / minuteMs)} minutes, then up to ${count(limits.tryDelayMaxMs / secondMs)} s each`,
  },
  {
    what: 'requests of one address, `RATE_LIMITED`',
    bound: `${count(limits.requestsPerSecondPerAddress)} a second, ${count(2 * limits.requestsPerSecondPerAddress)} at once`,
  },
  {
    what: 'connections that one address opens, `RATE_LIMITED`',
    bound: `${count(limits.openAttemptsPerSecondPerAddress)} a second, ${count(10 * limits.openAttemptsPerSecondPerAddress)} at once`,
  },
  {
    what: 'events of one account, `RATE_LIMITED`',
    bound: `${count(limits.messagesPerSecond)} a second, ${count(limits.messageBurst)} at once`,
  },
  {
    what: 'events of one socket that wait for their answer; one more closes it',
    bound: count(limits.openEventsInFlightMax),
  },
  { what: 'sockets of one account; one more closes the oldest', bound: count(limits.socketsPerAccountMax) },
  { what: 'a body of a request, `PAYLOAD_TOO_LARGE`', bound: bytes(limits.openBodyBytesMax) },
  { what: 'a packet of a socket; a larger one closes it', bound: bytes(limits.openFrameBytesMax) },
  {
    what: 'an envelope, an `encrypted_message` and an `encrypted_content`, as JSON, `PAYLOAD_TOO_LARGE`',
    bound: `${count(limits.openEnvelopeCharactersMax)} characters`,
  },
  {
    what: '`timestamp` of a message of a chat, from the time of the server, `PAYLOAD_INVALID`',
    bound: `${count(limits.openTimestampSkewMs / hourMs)} hours`,
  },
  { what: 'a public key, as JSON, `KEY_INVALID`', bound: `${count(limits.openKeyCharactersMax)} characters` },
  { what: 'keys in a JWK Set, `KEY_INVALID`', bound: count(limits.openKeysPerSetMax) },
  {
    what: '`kid` of a key, `KEY_INVALID`',
    bound: `${count(limits.openKeyLabelCharactersMax)} characters`,
  },
  {
    what: 'a new RSA key, `KEY_INVALID`',
    bound: `${count(limits.openNewRsaBitsMin)} to ${count(limits.openRsaBitsMax)} bits`,
  },
  { what: 'rooms that one account has made, `ROOM_LIMIT`', bound: count(limits.openRoomsPerAccountMax) },
  { what: 'members of a room, `ROOM_LIMIT`', bound: count(limits.openMembersPerRoomMax) },
  { what: 'participants of a chat, `ROOM_LIMIT`', bound: count(limits.openParticipantsPerChatMax) },
  { what: 'a name of a room, `NAME_REQUIRED`', bound: `${count(limits.roomNameCharactersMax)} characters` },
  {
    what: 'a page of `room_history`',
    bound: `${count(limits.openHistoryMessagesMax)} messages and ${bytes(limits.openHistoryCharactersMax)}`,
  },
  {
    what: 'a page of a list',
    bound: `${count(limits.openListedMax)} rows and ${bytes(limits.openListedBytesMax)}`,
  },
  {
    what: 'letters that wait for one account, `MAILBOX_FULL`',
    bound: `${count(limits.openMailboxLettersMax)} and ${bytes(limits.openMailboxCharactersMax)}`,
  },
  {
    what: 'what one account stores, `QUOTA`',
    bound: `${bytes(limits.storedBytesPerAccountPerDay)} at once, and again in the course of a day`,
  },
  {
    what: 'what is stored in one room, `QUOTA`',
    bound: `${bytes(limits.storedBytesPerRoomPerDay)} at once, and again in the course of a day`,
  },
  { what: 'access tokens of one person, `TOKEN_LIMIT`', bound: count(limits.openAccessTokensPerAccountMax) },
  { what: 'days that an access token lasts', bound: `1 to ${count(limits.openAccessTokenDaysMax)}` },
]
