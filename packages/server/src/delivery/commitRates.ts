import { may } from '@sotto/trust'
import type { Clock, ServerLimits } from '../configuration.ts'
import type { DeviceCaller } from '../directory/keyPackages.ts'
import { makeRate } from '../rate.ts'
import { mapKey } from './digest.ts'
import type { Room } from './rooms.ts'

/** How often commits are tried and accepted. Each throws SottoError `rate` where there were too many. */
export interface CommitRates {
  /** Trying has a bound of its own, so that nobody uses up a room's allowance with commits that do not hold. */
  tried(caller: DeviceCaller): void
  /** Commits fall under no budget of storage, and one may have megabytes: whoever makes many for their own sake slows down. */
  holdsBytes(account: string, bytes: number): void
  /** A commit that holds is about to be appended. */
  accepted(room: Room, caller: DeviceCaller, kind: 'external' | 'member'): void
  /** A device has come in from outside: counted when it stands, since a full disk must not use up what a device may do in a day. */
  cameIn(room: Room, caller: DeviceCaller): void
}

const minuteS = 60
const dayS = 86_400

export const makeCommitRates = (clock: Clock, limits: ServerLimits): CommitRates => {
  const perMinute = (burst: number) => makeRate(clock, { perSecond: burst / minuteS, burst })
  const attempts = perMinute(limits.commitsPerRoomPerMinute)
  const commits = perMinute(limits.commitsPerRoomPerMinute)
  const bytesOf = makeRate(clock, { perSecond: limits.commitBytesPerSecond, burst: limits.commitBytesBurst })
  const joins = perMinute(limits.joinsPerRoomPerMinute)
  const rejoins = makeRate(clock, { perSecond: limits.rejoinsPerDay / dayS, burst: limits.rejoinsPerDay })

  /** Those who may take somebody out have an allowance of their own: others who commit on and on do not keep them from it. */
  const allowanceOf = ({ key, policy }: Room, { account }: DeviceCaller): string =>
    `${key} ${may(policy, account, 'kick') ? 'keepers' : 'members'}`
  const joiner = (room: Room, { device }: DeviceCaller): string => room.key + mapKey(device)

  return {
    tried: ({ device }) => attempts.take(mapKey(device)),
    holdsBytes: (account, bytes) => bytesOf.take(account, bytes),
    accepted: (room, caller, kind) => {
      commits.take(allowanceOf(room, caller))
      if (kind === 'member') return
      // A device that comes in again and again is broken or an attack, and every member pays for each time. Its own
      // allowance comes first: a device that has none left must not use up the room's.
      rejoins.check(joiner(room, caller))
      joins.take(room.key)
    },
    cameIn: (room, caller) => rejoins.take(joiner(room, caller)),
  }
}
