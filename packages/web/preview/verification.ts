import type { Client, IdentityView, MemberView } from '@sotto/client'
import { membersOf } from './scenery.ts'

const dayMs = 86_400_000
const digits = '545995175273399974117551266436747452286501357411265353849504'
const code = `SOTTO:1:${'7C'.repeat(32)}:${'B0'.repeat(32)}`

type Commands = Pick<Client, 'verification' | 'verify' | 'unverify'>

interface Comparing {
  readonly commands: Commands
  /** Members as they stand after what was compared. */
  compared(members: readonly MemberView[]): readonly MemberView[]
}

/** The commands by which two people compare, over people in memory. */
export const comparing = (nowMs: number): Comparing => {
  const marks = new Map<string, IdentityView>()
  const compared = (members: readonly MemberView[]): readonly MemberView[] =>
    members.map((one) => ({ ...one, identity: marks.get(one.account) ?? one.identity }))
  return {
    compared,
    commands: {
      verification: async ({ account }) => {
        const member = compared(membersOf(Number.MAX_SAFE_INTEGER)).find((one) => one.account === account)
        const identity = member?.identity ?? 'unverified'
        return {
          account,
          name: member?.name ?? account,
          digits,
          code,
          identity,
          verifiedMs: identity === 'verified' ? nowMs - 20 * dayMs : null,
        }
      },
      verify: async ({ account }) => {
        marks.set(account, 'verified')
        return 'match'
      },
      unverify: async ({ account }) => void marks.set(account, 'unverified'),
    },
  }
}
