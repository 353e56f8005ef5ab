import { ready, server } from '@serenity-kit/opaque'
import { SottoError } from '@sotto/protocol'

/** The server's side of OPAQUE-3DH (RFC 9807), bytes in and out. No identifiers are bound: the keys stand for both sides. */
export interface Opaque {
  /** @throws SottoError `bad_request` for what is no registration request */
  register(credential: string, request: Uint8Array): Uint8Array
  /**
   * A credential response. Without a record it is one that no password opens, of the same shape and made in the same
   * time, so that an answer does not tell whether a name exists.
   * @throws SottoError `bad_request` for what is no credential request
   */
  challenge(
    credential: string,
    record: Uint8Array | undefined,
    request: Uint8Array,
  ): { readonly state: string; readonly response: Uint8Array }
  /** Whether whoever answered the challenge knows the password. */
  verify(state: string, finish: Uint8Array): boolean
}

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url')
const bytesOf = (encoded: string): Uint8Array => new Uint8Array(Buffer.from(encoded, 'base64url'))

/** Of the messages that a client sends, with ristretto255 and SHA-512 (RFC 9807 §5.1, §6.1). */
const lengths = { registrationRequest: 32, ke1: 96, ke3: 64 } as const

/** The library throws plain errors for whatever it cannot read, and reads over what stands behind a message. */
const reading = <T>(bytes: Uint8Array, length: number, work: () => T): T => {
  try {
    if (bytes.length === length) return work()
  } catch {
    // The same as of another length.
  }
  throw new SottoError('bad_request', 'not a message of OPAQUE')
}

export const makeOpaqueSetup = async (): Promise<string> => {
  await ready
  return server.createSetup()
}

export const makeOpaque = async (serverSetup: string): Promise<Opaque> => {
  await ready
  const challenge: Opaque['challenge'] = (credential, record, request) => {
    const { serverLoginState, loginResponse } = reading(request, lengths.ke1, () =>
      server.startLogin({
        serverSetup,
        userIdentifier: credential,
        registrationRecord: record ? text(record) : null,
        startLoginRequest: text(request),
      }),
    )
    return { state: serverLoginState, response: bytesOf(loginResponse) }
  }
  return {
    register: (credential, request) =>
      bytesOf(
        reading(request, lengths.registrationRequest, () =>
          server.createRegistrationResponse({
            serverSetup,
            userIdentifier: credential,
            registrationRequest: text(request),
          }),
        ).registrationResponse,
      ),
    challenge,
    verify: (serverLoginState, finish) => {
      if (finish.length !== lengths.ke3) return false
      try {
        server.finishLogin({ serverLoginState, finishLoginRequest: text(finish) })
        return true
      } catch {
        return false
      }
    },
  }
}
