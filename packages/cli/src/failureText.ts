import {
  failureBody,
  type FailureCode,
  failures,
  type Obstacle,
  nameReasonIn,
  nameReasons,
  obstacleIn,
  obstacleOfError,
  obstacleOfStatus,
  SottoError,
} from '@sotto/client'
import type { LaneError } from '@sotto/lane'
import { jsonLine } from './json.ts'
import { exitOfLane } from './lane/exit.ts'
import { noSpaceIn } from './noSpace.ts'
import { obstacleTexts } from './obstacleText.ts'
import type { OutputFormat } from './output.ts'
import { printable } from './printable.ts'

/** What can be done about it, where that is not plain from the failure itself. */
const remedies: Partial<Record<FailureCode, string>> = {
  no_account: 'To make one here: sotto register NAME --server URL',
  unauthorized: 'sotto login',
  session_expired: 'sotto login',
  account_exists: 'Use another profile for another account: sotto --profile DIR register …',
  room_full: 'Take out members who have gone, or make another room.',
  already_invited: 'They have not come in yet; nothing more is to be done here.',
  open_room_taken: 'sotto rooms lists it.',
  too_large: 'Try less at a time.',
  name_taken: 'Choose another name.',
  name_alike: 'Nobody could tell the two apart. Choose another name.',
  name_reserved: 'Choose another name.',
  text_empty: 'Spaces, marks without a letter and characters that nobody sees are no message.',
  registration_closed:
    'Whoever runs the server can change that: sotto serve --registration MODE (SOTTO_REGISTRATION).',
  invite_required: 'Ask whoever runs the server for an invite, then: sotto register NAME --invite KEY',
  invite_invalid: 'It is used up, over, or was taken back. Ask whoever runs the server for a new one.',
  account_suspended: 'What is on this device stays here. Only whoever runs the server can lift it.',
  offline: 'Is the server running, and is its address right?',
  key_package_unavailable: 'They have to sign in once, then invite them again.',
  room_frozen: 'sotto rooms says why, what is safe and what to do.',
  identity_changed: 'Nothing was sent to it. Ask the person over another channel before you trust it.',
  origin_refused:
    'The proxy in front of it has to pass Host on, or the server to be started with --public-url URL (SOTTO_PUBLIC_URL).',
  host_refused:
    'Whoever runs it starts it with --public-url URL (SOTTO_PUBLIC_URL), or adds the name: --host-names LIST (SOTTO_HOSTS).',
  plain_http:
    'Use the https address of the server. Whoever runs it gives it a certificate, --cert FILE --key FILE (SSL_CERT_PATH, SSL_KEY_PATH), or a proxy that has one, --public-url URL --trust-proxy LIST (SOTTO_PUBLIC_URL, SOTTO_TRUST_PROXY).',
  fork: 'What was received stays readable. sotto rooms says what can be done.',
  client_rollback: 'What is stored here stays; this device takes its place again by itself. See sotto rooms.',
  server_rollback: 'This device has kept what it received and offers it to the server. See sotto rooms.',
  integrity: 'It was not accepted, and what is on this device is safe. Tell the people who run the server.',
  read_only: 'What was written waits on this device. Tell the people who run the server.',
  quota:
    'Messages wait on this device and go out by themselves; try anything else again later. Leaving, removing and revoking work all the same.',
  storage_full: 'What is stored already is safe. Make some room on this device and try again.',
  storage_damaged:
    'It was not changed. Where the disk is failing, save the profile directory before anything else.',
  outdated: 'Nothing was changed. Bring Sotto up to date here: sotto --version says which one this is.',
  storage_newer: 'Nothing was changed. Bring Sotto up to date here: sotto --version says which one this is.',
  keys_locked: 'Nothing was changed. sotto keys show says where they lie.',
  passphrase_wrong: 'Nothing was changed. Without it they cannot be opened by anybody.',
  profile_in_use:
    'Where a program that holds the profile hangs, or was stopped (Ctrl+Z), end it or let it go on. What you did last may have been done: look before you do it again.',
  helper_lost: 'What was stored is safe. Try again; memory may be short.',
  clock_wrong: 'Keys are made to last by them. Set the one that is wrong, then try again.',
  policy: 'sotto room members says who may do more.',
  not_member:
    'sotto room accept takes an invitation. Whoever has left the room, or was removed, has to be invited again by a member.',
  last_owner: 'Make somebody else an owner first: sotto room role ROOM NAME owner',
  stale_epoch: 'Try once more.',
}

/** Codes whose own message stands alone: behind “The request is not understood” it would contradict it. */
const saidInFull: ReadonlySet<FailureCode> = new Set(['bad_request', 'room_unknown'])

/** A sentence with its full stop, where it has no end of its own. */
const sentence = (text: string): string => (/[.?!]$/.test(text) ? text : `${text}.`)

/** The text for an output that could not be written: the place where it goes is full, and not this device. */
const outputText = ({ code, message, detail }: SottoError): string => {
  // The message of a secret that was told to nobody says already whether the hook, token or invite is revoked.
  if (detail['revoked'] !== undefined || detail['revoke'] !== undefined) return sentence(printable(message))
  const why = code === 'storage_full' ? 'there is no room left where it goes' : printable(message)
  return `The output could not be written: ${why}.\n  What was not written does not count as read, and comes again.`
}

/** A failure for people: the stable text of the code, what exactly, and what to do. */
export const failureText = (error: SottoError): string => {
  if (error.detail['stream'] === 'stdout') return outputText(error)
  const { text } = failures[error.code]
  const isOfName = error.code === 'name_invalid' || error.code === 'title_invalid'
  const reason = isOfName ? nameReasonIn(error.detail) : undefined
  const exactly = reason ? nameReasons[reason] : error.message
  const isParticular = exactly !== text
  const particular = isParticular ? `: ${printable(exactly)}` : ''
  const rule = error.detail['rule'] === undefined ? '' : ` (rule ${printable(String(error.detail['rule']))})`
  const obstacle = obstacleIn(error.detail)
  if (obstacle) {
    const { what, remedy } = obstacleTexts[obstacle]
    const more = particular ? `  ${sentence(printable(error.message))}\n` : ''
    return `${text}: ${what}.\n${more}  ${remedy}`
  }
  const remedy = noSpaceIn(error.detail) ?? remedies[error.code]
  const said = isParticular && saidInFull.has(error.code) ? printable(exactly) : `${text}${particular}`
  return `${sentence(`${said}${rule}`)}${remedy ? `\n  ${remedy}` : ''}`
}

/** What can be done about a refusal on the open lane. */
const laneRemedies: Partial<Record<LaneError['code'], string>> = {
  KEY_CHANGED: 'Nothing was sent to it. Compare the fingerprint over another channel, then: sotto lane trust',
  UNAUTHORIZED: 'The access token has ended, or was revoked.',
  PERSON_ACCOUNT:
    'Make one in the web client (Settings, Access tokens) or with sotto token create NAME, then: sotto lane login NAME --token-stdin',
  OFFLINE: 'Is the server running, and is its address right?',
  USERNAME_TAKEN: 'Choose another name.',
  USERNAME_ALIKE: 'Nobody could tell the two apart. Choose another name.',
  USERNAME_RESERVED: 'Choose another name.',
  HOST_REFUSED:
    'Whoever runs the server starts it with --public-url URL (SOTTO_PUBLIC_URL), or adds the name: --host-names LIST (SOTTO_HOSTS).',
  PLAIN_HTTP:
    'Use the https address of the server. Whoever runs it gives it a certificate, --cert FILE --key FILE (SSL_CERT_PATH, SSL_KEY_PATH), or a proxy that has one, --public-url URL --trust-proxy LIST (SOTTO_PUBLIC_URL, SOTTO_TRUST_PROXY).',
  REGISTRATION_CLOSED:
    'Whoever runs the server can change that: sotto serve --registration MODE (SOTTO_REGISTRATION).',
  INVITE_REQUIRED: 'Ask whoever runs the server for an invite, then: sotto lane register NAME --invite KEY',
  INVITE_INVALID: 'It is used up, over, or was taken back. Ask whoever runs the server for a new one.',
  ACCOUNT_SUSPENDED: 'Only whoever runs the server can lift it.',
  QUOTA:
    'Nothing was sent. It goes on by itself in a while; leaving, reading and logging out work all the same.',
  MAILBOX_FULL: 'They have to read what waits for them first.',
  KEY_NOT_FOUND: 'They have to put up a key first: sotto lane register, or their own program.',
}

/** By its name: the class is loaded where it is used. */
const isLaneError = (error: unknown): error is LaneError =>
  error instanceof Error && error.name === 'LaneError'

/** What stands between this device and a server of the open lane. */
const obstacleOfLane = ({ code, status, cause }: LaneError): Obstacle | undefined => {
  if (code !== 'OFFLINE') return undefined
  return status === undefined ? obstacleOfError(cause) : obstacleOfStatus(status)
}

const laneText = (error: LaneError): string => {
  const obstacle = obstacleOfLane(error)
  if (!obstacle) {
    const remedy = laneRemedies[error.code]
    return `${sentence(printable(error.message))}${remedy ? `\n  ${remedy}` : ''}`
  }
  const { what, remedy } = obstacleTexts[obstacle]
  return `${printable(error.message)}: ${what}.\n  ${remedy}`
}

const reportLane = (error: LaneError, format: OutputFormat): number => {
  const { code, scope, retryAfterMs } = error
  const exit = exitOfLane(code)
  const obstacle = obstacleOfLane(error)
  const detail = {
    ...(obstacle === undefined ? {} : { obstacle }),
    ...(scope === undefined ? {} : { scope }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  }
  const isParticular = Object.keys(detail).length > 0
  const line =
    format === 'json'
      ? jsonLine({
          error: error.message,
          code,
          timestamp: new Date().toISOString(),
          ...(isParticular ? { detail } : {}),
          exit,
        })
      : `sotto: ${laneText(error)}`
  process.stderr.write(`${line}\n`)
  return exit
}

const bug = (error: unknown): SottoError =>
  new SottoError('internal', error instanceof Error ? `${error.name}: ${error.message}` : String(error))

const fileCalls: ReadonlySet<unknown> = new Set([
  'open',
  'mkdir',
  'read',
  'write',
  'rename',
  'unlink',
  'rm',
  'scandir',
  'fsync',
])
const noSpace: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT'])

/** A file that cannot be had is no bug: the system says which, and why. */
const ofFile = (error: unknown): SottoError | undefined => {
  if (!(error instanceof Error) || !('code' in error) || !('syscall' in error)) return undefined
  if (!fileCalls.has(error.syscall)) return undefined
  return new SottoError(noSpace.has(error.code) ? 'storage_full' : 'bad_request', error.message)
}

/** @returns the exit code; the failure is on standard error, as JSON where JSON was asked for */
export const reportFailure = (error: unknown, format: OutputFormat): number => {
  if (isLaneError(error)) return reportLane(error, format)
  const failure = error instanceof SottoError ? error : (ofFile(error) ?? bug(error))
  const line =
    format === 'json'
      ? jsonLine({
          ...failureBody(failure, new Date().toISOString()),
          exit: failures[failure.code].exit,
        })
      : `sotto: ${failureText(failure)}`
  process.stderr.write(`${line}\n`)
  return failures[failure.code].exit
}
