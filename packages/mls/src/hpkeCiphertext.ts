import type { Reader, Writer } from './codec.ts'
import type { HpkeMessage } from './hpke.ts'

/** `HPKECiphertext` of RFC 9420 §7.6. */
export const encodeHpkeCiphertext = (writer: Writer, message: HpkeMessage): void => {
  writer.opaque(message.kemOutput)
  writer.opaque(message.ciphertext)
}

export const decodeHpkeCiphertext = (reader: Reader): HpkeMessage => ({
  kemOutput: reader.opaque(),
  ciphertext: reader.opaque(),
})
