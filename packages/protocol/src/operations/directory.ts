import { blob, bytes, list, nullable, struct, moment, uint } from '../cbor/shape.ts'
import { accountId, accountIdBytes, deviceId, hashValue, publicKey, roomId, signatureValue } from '../ids.ts'
import { limits } from '../limits.ts'
import { signedLink } from './authentication.ts'
import { proofNonceBytes } from '../serverProof.ts'
import { chainEnd, receiptValue } from '../receipt.ts'
import { idParam, nothing, operation, textParam, uintParam } from './operation.ts'
import { boolean, text } from '../cbor/shape.ts'

/** What a client needs to know of a server before it trusts it with anything; keys are pinned at first contact. */
export const readServer = operation({
  name: 'server',
  method: 'GET',
  path: '/v1/server',
  access: 'anyone',
  params: {},
  body: nothing,
  output: struct({ protocol: text(32), logKey: publicKey, timeMs: moment }),
  bodyBytesMax: 0,
})

/**
 * A server's proof that it has its log key and goes by the name in `host`, for a device that knows it under another one.
 *
 * @throws SottoError `host_refused` for a name that it does not go by
 */
export const proveServer = operation({
  name: 'server.prove',
  method: 'POST',
  path: '/v1/server/proof',
  access: 'anyone',
  params: {},
  body: struct({ nonce: bytes(proofNonceBytes), host: text(255) }),
  output: struct({ signature: signatureValue }),
  bodyBytesMax: 512,
})

export const lookUpAccount = operation({
  name: 'account.lookup',
  method: 'GET',
  path: '/v1/accounts/:name',
  access: 'account',
  params: { name: textParam(64) },
  body: nothing,
  output: chainEnd,
  bodyBytesMax: 0,
})

const chain = struct({ links: list(signedLink, limits.chainLinksPerAnswerMax), receipt: receiptValue })

export const readChain = operation({
  name: 'chain.read',
  method: 'GET',
  path: '/v1/chain/:account',
  access: 'account',
  params: { account: idParam(accountIdBytes), from: uintParam },
  body: nothing,
  output: chain,
  bodyBytesMax: 0,
})

/**
 * The same of many accounts at once, for who comes into a room of many people: in the order in which they were asked
 * for, null where there is none. At least the first of them, then while they fit into `chainsPerAnswerBytesMax`: whoever
 * is not in the answer is asked for again.
 */
export const readChains = operation({
  name: 'chain.readmany',
  method: 'POST',
  path: '/v1/chains/read',
  access: 'device',
  params: {},
  body: struct({
    asked: list(struct({ account: accountId, from: uint() }), limits.chainEndsPerAnswerMax),
  }),
  output: struct({ chains: list(nullable(chain), limits.chainEndsPerAnswerMax) }),
  bodyBytesMax: limits.chainEndsPerAnswerMax * (accountIdBytes + 12) + 64,
})

export const appendLink = operation({
  name: 'chain.append',
  method: 'POST',
  path: '/v1/chain',
  access: 'account',
  params: {},
  body: struct({ link: signedLink }),
  output: struct({ seq: uint(), head: hashValue }),
  bodyBytesMax: limits.chainLinkBytesMax + 1024,
})

/** How far the chains of these accounts go, in the order in which they were asked for; null where there is none. */
export const readChainEnds = operation({
  name: 'chain.ends',
  method: 'POST',
  path: '/v1/chains',
  access: 'device',
  params: {},
  body: struct({ accounts: list(accountId, limits.chainEndsPerAnswerMax) }),
  output: struct({ seqs: list(nullable(uint()), limits.chainEndsPerAnswerMax) }),
  bodyBytesMax: limits.chainEndsPerAnswerMax * (accountIdBytes + 2) + 64,
})

/** Links that the server had taken and has lost since, by its own receipt for the last of them. */
export const handBackLinks = operation({
  name: 'chain.heal',
  method: 'POST',
  path: '/v1/chain/:account/heal',
  access: 'device',
  params: { account: idParam(accountIdBytes) },
  body: struct({ links: list(signedLink, limits.chainLinksHandedBackMax), receipt: receiptValue }),
  output: struct({ seq: uint() }),
  bodyBytesMax: limits.chainLinksHandedBackMax * (limits.chainLinkBytesMax + 1024),
})

const keyPackage = blob(limits.keyPackageBytesMax, 1)

/**
 * Uploads one-time key packages, and a new last-resort one in place of the old. With `replace` all that were uploaded
 * before are withdrawn: their private parts are gone.
 */
export const publishKeyPackages = operation({
  name: 'keypackages.publish',
  method: 'POST',
  path: '/v1/keypackages',
  access: 'device',
  params: {},
  body: struct({
    oneTime: list(keyPackage, limits.keyPackagesPerUploadMax),
    lastResort: nullable(keyPackage),
    replace: boolean,
  }),
  output: struct({ remaining: uint() }),
  bodyBytesMax: (limits.keyPackagesPerUploadMax + 1) * (limits.keyPackageBytesMax + 8),
})

export const countKeyPackages = operation({
  name: 'keypackages.count',
  method: 'GET',
  path: '/v1/keypackages',
  access: 'device',
  params: {},
  body: nothing,
  output: struct({ remaining: uint(), lastResort: boolean }),
  bodyBytesMax: 0,
})

/** One key package for each active device of an account; a one-time package is handed out exactly once. */
export const claimKeyPackages = operation({
  name: 'keypackages.claim',
  method: 'POST',
  path: '/v1/keypackages/claim',
  access: 'device',
  params: {},
  body: struct({ room: roomId, account: accountId }),
  output: struct({
    packages: list(
      struct({ device: deviceId, keyPackage, lastResort: boolean }),
      limits.devicesPerAccountMax,
    ),
  }),
  bodyBytesMax: 128,
})

/** Whose invitations the calling account does not want; in no order that means anything. */
export const listBlocks = operation({
  name: 'blocks.list',
  method: 'GET',
  path: '/v1/blocks',
  access: 'device',
  params: {},
  body: nothing,
  output: struct({ accounts: list(accountId, limits.blockedAccountsMax) }),
  bodyBytesMax: 0,
})

/** From then on the other account is handed no key packages of the calling one, and what it has is of no use. */
export const setBlock = operation({
  name: 'blocks.set',
  method: 'POST',
  path: '/v1/blocks/:account',
  access: 'device',
  params: { account: idParam(accountIdBytes) },
  body: struct({ blocked: boolean }),
  output: nothing,
  bodyBytesMax: 16,
})

/** The vault's slots are sealed by the client; the server keeps the newest and refuses a counter that falls. */
const slot = struct({ counter: uint(), sealed: blob(limits.vaultSlotBytesMax, 1) })

export const readVaultSlot = operation({
  name: 'vault.read',
  method: 'GET',
  path: '/v1/vault/:slot',
  access: 'account',
  params: { slot: textParam(16) },
  body: nothing,
  output: slot,
  bodyBytesMax: 0,
})

export const writeVaultSlot = operation({
  name: 'vault.write',
  method: 'PUT',
  path: '/v1/vault/:slot',
  access: 'device',
  params: { slot: textParam(16) },
  body: slot,
  output: nothing,
  bodyBytesMax: limits.vaultSlotBytesMax + 64,
})
