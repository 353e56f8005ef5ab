import { openFailures } from '@sotto/client'
import type { LaneCode } from '@sotto/lane'

/** The exit codes of the other lane, by the status with which a server says a thing. */
const exitOfStatus: Readonly<Record<number, number>> = {
  400: 2,
  401: 5,
  403: 6,
  404: 3,
  405: 2,
  409: 4,
  410: 5,
  413: 2,
  415: 2,
  429: 9,
  500: 10,
  503: 10,
  507: 10,
}

/** Where the status does not say it, or there is none. */
const exitOfCode: Partial<Readonly<Record<LaneCode, number>>> = {
  INVALID_CREDENTIALS: 5,
  MAILBOX_FULL: 9,
  QUOTA: 9,
  HOST_REFUSED: 10,
  REKEY_REQUIRED: 7,
  REKEY_STALE: 7,
  IV_REUSED: 8,
  KEY_CHANGED: 8,
  ENVELOPE_INVALID: 8,
  NOT_FOR_US: 8,
  PROOF_INVALID: 8,
  TIME_INVALID: 8,
  REPLAYED: 8,
  ANSWER_INVALID: 8,
  TOO_MANY_RECIPIENTS: 2,
  TEXT_EMPTY: 2,
  TEXT_MALFORMED: 2,
  OFFLINE: 10,
  TIMEOUT: 10,
  CLOSED: 10,
}

/** The exit code for a failure of the open lane. */
export const exitOfLane = (code: LaneCode): number => {
  const own = exitOfCode[code]
  if (own !== undefined) return own
  const known = Object.entries(openFailures).find(([name]) => name === code)
  return exitOfStatus[known?.[1].status ?? 500] ?? 10
}
