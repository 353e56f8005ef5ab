import { limits } from '@sotto/protocol'
import { type AccountState, deviceOf } from '../account/accountState.ts'
import type { LeafIdentity } from './identity.ts'

const dayS = 86_400
const hourS = 3600

export const leafLifetimeMaxS = limits.leafLifetimeDaysMax * dayS
/** Leeway at the end of a leaf, and for clocks that disagree. */
export const leafGraceS = limits.leafGraceHours * hourS

/**
 * How long after a revocation's own time a commit of the device may still stand in a log. Links are posted within
 * `linkTimeSkewMaxS` of their time, so whoever reads the log later judges as those did who were there.
 */
export const revocationGraceS = 600
/** The server refuses a link whose time is further than this from its own. */
export const linkTimeSkewMaxS = 300

/**
 * Whether a leaf may act, and if not, why. `unknown`: the chain at hand does not have the device, which proves
 * nothing, for there may be more of the chain; `uncertified`: its certificate has ended.
 */
export type LeafStanding = 'live' | 'unknown' | 'revoked' | 'uncertified' | 'expired'

/** How a leaf stands at `timeS`, the time of the log entry that is being judged. */
export const standingAt = (identity: LeafIdentity, account: AccountState, timeS: number): LeafStanding => {
  const device = deviceOf(account, identity.device)
  if (!device) return 'unknown'
  if (device.certificate.notAfterS <= timeS) return 'uncertified'
  if (device.status.kind === 'revoked' && device.status.timeS + revocationGraceS <= timeS) return 'revoked'
  if (identity.notAfterS + leafGraceS <= timeS) return 'expired'
  return 'live'
}

/** `revoked`: somebody else may have its keys. `ended`: it has only grown too old. */
export type Death = 'revoked' | 'ended'

/**
 * Whether a leaf is provably dead (C3), and how: revoked in the newest head known, at whatever time;
 * without a valid certificate; past its end; or unused for longer than the room allows. A leaf's last use is not
 * recorded: its credential is renewed with use, and was issued no earlier than its longest life before its end.
 */
export const deathOf = (
  identity: LeafIdentity,
  account: AccountState,
  idleDaysMax: number,
  timeS: number,
): Death | undefined => {
  if (deviceOf(account, identity.device)?.status.kind === 'revoked') return 'revoked'
  switch (standingAt(identity, account, timeS)) {
    case 'revoked':
      return 'revoked'
    case 'uncertified':
    case 'expired':
      return 'ended'
    case 'unknown':
      return undefined
    case 'live': {
      const issuedS = identity.notAfterS - leafLifetimeMaxS
      return idleDaysMax > 0 && issuedS + idleDaysMax * dayS <= timeS ? 'ended' : undefined
    }
  }
}
