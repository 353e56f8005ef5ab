import type { Reader, Writer } from './codec.ts'
import type { HpkeMessage } from './hpke.ts'
import { decodeHpkeCiphertext, encodeHpkeCiphertext } from './hpkeCiphertext.ts'

/** An invitation to everyone whom a commit added (RFC 9420 §12.4.3.1). */
export interface Welcome {
  readonly cipherSuite: number
  readonly secrets: readonly EncryptedGroupSecrets[]
  readonly encryptedGroupInfo: Uint8Array
}

export interface EncryptedGroupSecrets {
  /** The reference of the key package that was used to add the recipient. */
  readonly newMember: Uint8Array
  readonly encryptedGroupSecrets: HpkeMessage
}

const newMembersMax = 0x1_0000

const encodeEncryptedGroupSecrets = (writer: Writer, secrets: EncryptedGroupSecrets): void => {
  writer.opaque(secrets.newMember)
  encodeHpkeCiphertext(writer, secrets.encryptedGroupSecrets)
}

const decodeEncryptedGroupSecrets = (reader: Reader): EncryptedGroupSecrets => ({
  newMember: reader.opaque(),
  encryptedGroupSecrets: decodeHpkeCiphertext(reader),
})

export const encodeWelcome = (writer: Writer, welcome: Welcome): void => {
  writer.uint16(welcome.cipherSuite)
  writer.vector(encodeEncryptedGroupSecrets, welcome.secrets)
  writer.opaque(welcome.encryptedGroupInfo)
}

export const decodeWelcome = (reader: Reader): Welcome => ({
  cipherSuite: reader.uint16(),
  secrets: reader.vector(decodeEncryptedGroupSecrets, newMembersMax),
  encryptedGroupInfo: reader.opaque(),
})
