import type { LinkBody } from '../link.ts'
import { addDevice } from './addDevice.ts'
import type { LinkKind } from './linkKind.ts'
import { revokeDevice } from './revokeDevice.ts'
import { rotateIdentity } from './rotateIdentity.ts'
import { setName } from './setName.ts'

/** What a link says that is not the first of its chain. */
export type GrowthBody = Exclude<LinkBody, { readonly kind: 'genesis' }>

type Kinds = { readonly [K in GrowthBody['kind']]: LinkKind<Extract<GrowthBody, { readonly kind: K }>> }

const kinds: Kinds = {
  add_device: addDevice,
  revoke_device: revokeDevice,
  rotate_identity: rotateIdentity,
  set_name: setName,
}

export const kindOf = ({ kind }: GrowthBody): LinkKind<GrowthBody> => kinds[kind]
