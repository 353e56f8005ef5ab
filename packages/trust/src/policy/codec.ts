import {
  accountId,
  blob,
  bytes,
  decodeAs,
  hashValue,
  limits,
  list,
  nullable,
  oneOf,
  roomId,
  type Shape,
  SottoError,
  struct,
  uint,
} from '@sotto/protocol'
import { encodeBounded } from '../encoding/bounded.ts'
import { parsed } from '../encoding/parsed.ts'
import { versioned } from '../encoding/versioned.ts'
import { accepted, refused, type Verdict } from '../verdict.ts'
import type { HistoryMode, Policy, Role, RoomKind } from './policy.ts'
import { policyRule } from './validity.ts'

const daysMax = 3650
const retentionMaxS = daysMax * 86_400
export const hooksMax = 32

const role = oneOf<Role>(0, 1, 2, 3)

export const policyShape: Shape<Policy> = versioned(
  1,
  struct({
    room: roomId,
    generation: uint(0xffff),
    kind: oneOf<RoomKind>(0, 1, 2, 3),
    members: list(struct({ account: accountId, role }), limits.leavesPerRoomMax),
    permissions: struct({
      post: role,
      invite: role,
      kick: role,
      setMeta: role,
      setPolicy: role,
      deleteAny: role,
      addHook: role,
      mentionAll: role,
    }),
    history: struct({ mode: oneOf<HistoryMode>(0, 1, 2, 3), days: uint(daysMax) }),
    retentionS: uint(retentionMaxS),
    idleDaysMax: uint(daysMax),
    metaHash: hashValue,
    hooks: list(
      struct({ hook: bytes(16), anchor: hashValue, script: nullable(hashValue), flags: uint(255) }),
      hooksMax,
    ),
    predecessor: nullable(
      struct({
        groupId: blob(64, 1),
        epoch: uint(),
        transcriptHash: blob(64, 32),
        seq: uint(),
        hash: hashValue,
      }),
    ),
  }),
)

/** @throws SottoError `bad_request` with the rule that the policy breaks: nothing is made that others refuse */
export const encodePolicy = (value: Policy): Uint8Array => {
  const broken = policyRule(value)
  if (broken) throw new SottoError('bad_request', `breaks ${broken}`, { rule: broken })
  return encodeBounded(policyShape, value, 'policy')
}

/** Reads a policy and judges it by itself (POLICY-2 to POLICY-10). */
export const decodePolicy = (data: Uint8Array): Verdict<Policy> => {
  const value = parsed(() => decodeAs(policyShape, data, 'policy'))
  if (!value) return refused('POLICY-2')
  const broken = policyRule(value)
  return broken ? refused(broken) : accepted(value)
}
