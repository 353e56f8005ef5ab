import { fromHex, SottoError } from '@sotto/protocol'

const messageIdBytes = 16

/** @throws SottoError `bad_request` */
export const messageNamed = (hex: string): Uint8Array => {
  if (!/^[0-9a-f]{32}$/.test(hex)) throw new SottoError('bad_request', 'a message is named by 32 hex digits')
  return fromHex(hex, messageIdBytes)
}

/** The message of an own item: its id names device and message. @throws SottoError `bad_request` */
export const messageOfItem = (item: string): Uint8Array => messageNamed(item.split('.')[1] ?? '')
