import type { AccountState } from '../accountState.ts'

/** The keys that the account has ever used for signing; none of them serves a second purpose, or a second time. */
export const keysOf = (state: AccountState): readonly Uint8Array[] => [
  ...state.identityKeys,
  ...[...state.devices.values()].map(({ certificate }) => certificate.signingKey),
]
