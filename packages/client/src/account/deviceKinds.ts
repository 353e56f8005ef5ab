import { type AccountState, deviceOf } from '@sotto/trust'

/** Whether a device of the account, also one that is revoked by now, was certified as a bot. */
export const isBotDevice = (account: AccountState, device: Uint8Array): boolean =>
  deviceOf(account, device)?.certificate.kind === 'bot'

/** Whether no device of the account was ever anything but a bot: then nobody types there. */
export const isBotAccount = ({ devices }: AccountState): boolean =>
  [...devices.values()].every(({ certificate }) => certificate.kind === 'bot')
