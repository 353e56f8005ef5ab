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
  no_account: 'To create one here: sotto register NAME --server URL',
  unauthorized: 'sotto login',
  session_expired: 'sotto login',
  account_exists: 'Use another profile for another account: sotto --profile DIR register …',
  room_full: 'Remove members who have gone, or create another room.',
  already_invited: 'They have not joined yet. You do not have to do anything.',
  open_room_taken: 'sotto rooms lists it.',
  too_large: 'Try less at a time.',
  name_taken: 'Choose another name.',
  name_alike: 'It looks too much like another name. Choose another one.',
  name_reserved: 'Choose another name.',
  text_empty: 'A message needs visible characters.',
  registration_closed:
    'The person who runs the server can change that: sotto serve --registration MODE (SOTTO_REGISTRATION).',
  invite_required: 'Ask the person who runs the server for an invite, then: sotto register NAME --invite KEY',
  invite_invalid:
    'It has been used, has expired, or was withdrawn. Ask the person who runs the server for a new one.',
  account_suspended:
    'What is on this device stays here. Only the person who runs the server can lift the suspension.',
  offline: 'Is the server running, and is its address right?',
  key_package_unavailable: 'They have to sign in once. Then invite them again.',
  room_frozen: 'See sotto rooms for the reason, what is safe and what to do.',
  identity_changed: 'Nothing was sent to it. Check with the person over another channel before you trust it.',
  origin_refused:
    'The proxy has to pass on Host, or the server has to be started with --public-url URL (SOTTO_PUBLIC_URL).',
  host_refused:
    'The person who runs it starts it with --public-url URL (SOTTO_PUBLIC_URL), or adds the name: --host-names LIST (SOTTO_HOSTS).',
  plain_http:
    'Use the server’s https address. The person who runs it gives it a certificate, --cert FILE --key FILE (SSL_CERT_PATH, SSL_KEY_PATH), or a proxy that has one, --public-url URL --trust-proxy LIST (SOTTO_PUBLIC_URL, SOTTO_TRUST_PROXY).',
  fork: 'You can still read what was received. See sotto rooms for what you can do.',
  client_rollback: 'What is stored here stays. This device rejoins its rooms by itself. See sotto rooms.',
  server_rollback:
    'This device has kept what it received and is giving it back to the server. See sotto rooms.',
  integrity: 'It was not accepted, and what is on this device is safe. Tell the person who runs the server.',
  read_only: 'What you wrote waits on this device. Tell the person who runs the server.',
  quota:
    'Messages wait on this device and are sent later; try anything else again later. Leaving, removing and revoking still work.',
  storage_full: 'What is stored is safe. Free some space on this device and try again.',
  storage_damaged: 'It was not changed. If the disk is failing, save the profile directory first.',
  outdated: 'Nothing was changed. Update Sotto on this device (sotto --version shows its version).',
  storage_newer: 'Nothing was changed. Update Sotto on this device (sotto --version shows its version).',
  keys_locked: 'Nothing was changed. sotto keys show says where they are kept.',
  passphrase_wrong: 'Nothing was changed. Without it nobody can open them.',
  profile_in_use:
    'If the other program hangs or was stopped (Ctrl+Z), end it or let it continue. Your last command may have been carried out: check before you repeat it.',
  helper_lost: 'What was stored is safe. Try again; memory may be short.',
  clock_wrong: 'Keys are valid for a time. Correct the clock that is wrong, then try again.',
  policy: 'See sotto room members for who may.',
  not_member:
    'To accept an invitation: sotto room accept. If you left the room or were removed, a member has to invite you again.',
  last_owner: 'Make someone else an owner first: sotto room role ROOM NAME owner',
  stale_epoch: 'Try again.',
}

/** Codes whose own message stands alone: behind “The request is not understood” it would contradict it. */
const saidInFull: ReadonlySet<FailureCode> = new Set(['bad_request', 'room_unknown'])

/** A sentence with its full stop, where it has no end of its own. */
const sentence = (text: string): string => (/[.?!]$/.test(text) ? text : `${text}.`)

/** The text for an output that could not be written: the place where it goes is full, and not this device. */
const outputText = ({ code, message, detail }: SottoError): string => {
  // The message of a secret that was told to nobody says already whether the hook, token or invite is revoked.
  if (detail['revoked'] !== undefined || detail['revoke'] !== undefined) return sentence(printable(message))
  const why = code === 'storage_full' ? 'there is no space left where it goes' : printable(message)
  return `The output could not be written: ${why}.\n  What was not written stays unread and is printed again next time.`
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
  UNAUTHORIZED: 'The access token has expired or was revoked.',
  PERSON_ACCOUNT:
    'Create one in the web client (Settings, Access tokens) or with sotto token create NAME, then: sotto lane login NAME --token-stdin',
  OFFLINE: 'Is the server running, and is its address right?',
  USERNAME_TAKEN: 'Choose another name.',
  USERNAME_ALIKE: 'It looks too much like another name. Choose another one.',
  USERNAME_RESERVED: 'Choose another name.',
  HOST_REFUSED:
    'The person who runs the server starts it with --public-url URL (SOTTO_PUBLIC_URL), or adds the name: --host-names LIST (SOTTO_HOSTS).',
  PLAIN_HTTP:
    'Use the server’s https address. The person who runs it gives it a certificate, --cert FILE --key FILE (SSL_CERT_PATH, SSL_KEY_PATH), or a proxy that has one, --public-url URL --trust-proxy LIST (SOTTO_PUBLIC_URL, SOTTO_TRUST_PROXY).',
  REGISTRATION_CLOSED:
    'The person who runs the server can change that: sotto serve --registration MODE (SOTTO_REGISTRATION).',
  INVITE_REQUIRED:
    'Ask the person who runs the server for an invite, then: sotto lane register NAME --invite KEY',
  INVITE_INVALID:
    'It has been used, has expired, or was withdrawn. Ask the person who runs the server for a new one.',
  ACCOUNT_SUSPENDED: 'Only the person who runs the server can lift the suspension.',
  QUOTA: 'Nothing was sent. Try again later; leaving, reading and logging out still work.',
  MAILBOX_FULL: 'They have to read their waiting messages first.',
  KEY_NOT_FOUND: 'They have to publish a key first: sotto lane register, or their own program.',
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
