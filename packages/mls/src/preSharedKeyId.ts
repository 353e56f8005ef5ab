import { encode, type Reader, type Writer } from './codec.ts'
import { MlsError } from './error.ts'

/** Which pre-shared key, and with which nonce it goes into the key schedule (RFC 9420 §8.4). */
export type PreSharedKeyId =
  | { readonly kind: 'external'; readonly id: Uint8Array; readonly nonce: Uint8Array }
  | {
      readonly kind: 'resumption'
      readonly usage: ResumptionUsage
      readonly groupId: Uint8Array
      readonly epoch: bigint
      readonly nonce: Uint8Array
    }

export type ResumptionUsage = 'application' | 'reinit' | 'branch'

const kindCode = { external: 1, resumption: 2 } as const
const usageCode = { application: 1, reinit: 2, branch: 3 } as const

export const encodePreSharedKeyId = (writer: Writer, psk: PreSharedKeyId): void => {
  writer.uint8(kindCode[psk.kind])
  switch (psk.kind) {
    case 'external':
      writer.opaque(psk.id)
      break
    case 'resumption':
      writer.uint8(usageCode[psk.usage])
      writer.opaque(psk.groupId)
      writer.uint64(psk.epoch)
      break
  }
  writer.opaque(psk.nonce)
}

const decodeUsage = (reader: Reader): ResumptionUsage => {
  const code = reader.uint8()
  switch (code) {
    case usageCode.application:
      return 'application'
    case usageCode.reinit:
      return 'reinit'
    case usageCode.branch:
      return 'branch'
  }
  throw new MlsError('malformed', `resumption usage ${code}`)
}

export const decodePreSharedKeyId = (reader: Reader): PreSharedKeyId => {
  const code = reader.uint8()
  switch (code) {
    case kindCode.external:
      return { kind: 'external', id: reader.opaque(), nonce: reader.opaque() }
    case kindCode.resumption:
      return {
        kind: 'resumption',
        usage: decodeUsage(reader),
        groupId: reader.opaque(),
        epoch: reader.uint64(),
        nonce: reader.opaque(),
      }
  }
  throw new MlsError('malformed', `type of pre-shared key ${code}`)
}

export const preSharedKeyIdBytes = (psk: PreSharedKeyId): Uint8Array => encode(encodePreSharedKeyId, psk)
