import {
  accountId,
  type CborValue,
  decodeAs,
  hashValue,
  limits,
  nullable,
  type Shape,
  type SignedLink,
  SottoError,
  struct,
  type TypeOf,
  uint,
  union,
} from '@sotto/protocol'
import { encodeBounded } from '../encoding/bounded.ts'
import { parsed } from '../encoding/parsed.ts'
import { versioned } from '../encoding/versioned.ts'
import { accepted, refused, type Verdict } from '../verdict.ts'
import { addDeviceFields } from './links/addDevice.ts'
import { genesisFields } from './links/genesis.ts'
import { revokeDeviceFields } from './links/revokeDevice.ts'
import { rotateIdentityFields } from './links/rotateIdentity.ts'
import { setNameFields } from './links/setName.ts'

const body = union({
  genesis: [0, genesisFields],
  add_device: [1, addDeviceFields],
  revoke_device: [2, revokeDeviceFields],
  rotate_identity: [3, rotateIdentityFields],
  set_name: [4, setNameFields],
})
export type LinkBody = TypeOf<typeof body>

const place = struct({
  /** Null in the first link, whose hash is the account's id. */
  account: nullable(accountId),
  seq: uint(),
  /** Zeros in the first link. */
  previousHash: hashValue,
  timeS: uint(),
})

/** One statement of an account about itself (CHAIN-1 to CHAIN-5). */
export interface Link extends TypeOf<typeof place> {
  readonly body: LinkBody
}

const placeFields = 4

/** `[1, account, seq, previous_hash, time_s, type, body]` */
export const linkShape: Shape<Link> = versioned(1, {
  read: (value, at) => {
    if (!Array.isArray(value) || value.length !== placeFields + 2 || !Array.isArray(value.at(-1)))
      throw new SottoError('bad_request', `${at}: expected a link`)
    const [type, fields] = value.slice(placeFields) as [CborValue, readonly CborValue[]]
    return {
      ...place.read(value.slice(0, placeFields), at),
      body: body.read([type, ...fields], at),
    }
  },
  write: (value) => {
    const [type, ...fields] = body.write(value.body) as readonly CborValue[]
    return [...(place.write(value) as readonly CborValue[]), type as CborValue, fields]
  },
  describe: () => `${place.describe()} then ${body.describe()}`,
})

/** @throws SottoError `bad_request` for what nobody would read */
export const encodeLink = (value: Link): Uint8Array => encodeBounded(linkShape, value, 'link')

/** What a link says, before anything is known of who signed it. */
export const parseLink = (signed: SignedLink): Verdict<Link> => {
  if (signed.bytes.length > limits.chainLinkBytesMax) return refused('CHAIN-1')
  const value = parsed(() => decodeAs(linkShape, signed.bytes, 'link'))
  return value ? accepted(value) : refused('CHAIN-1')
}
