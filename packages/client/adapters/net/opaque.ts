import { client, ready } from '@serenity-kit/opaque'
import { SottoError } from '@sotto/protocol'
import type { PasswordProtocol } from '../../src/ports/password.ts'

/** Argon2id with 64 MiB, 3 passes, 4 lanes (RFC 9106 §4); the account's OPAQUE record is bound to it. */
const keyStretching = 'memory-constrained'

const toBase64Url = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')

const fromBase64Url = (text: string): Uint8Array =>
  Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (character) =>
    character.charCodeAt(0),
  )

/** The library throws where what the server sent is no message of OPAQUE. */
const readingAnswer = <T>(work: () => T): T => {
  try {
    return work()
  } catch {
    throw new SottoError('integrity', 'the answer is no message of OPAQUE')
  }
}

/**
 * OPAQUE-3DH over ristretto255 (RFC 9807), computed where it is called: about 200 ms and 64 MiB for each finish. The
 * server knows the account by its name alone; no further identifiers are bound.
 */
export const opaqueProtocol: PasswordProtocol = {
  registerStart: async (password) => {
    await ready
    const { clientRegistrationState, registrationRequest } = client.startRegistration({ password })
    return { state: clientRegistrationState, request: fromBase64Url(registrationRequest) }
  },
  registerFinish: async (state, password, response) => {
    await ready
    const { registrationRecord, exportKey } = readingAnswer(() =>
      client.finishRegistration({
        clientRegistrationState: state,
        password,
        registrationResponse: toBase64Url(response),
        keyStretching,
      }),
    )
    return { record: fromBase64Url(registrationRecord), exportKey: fromBase64Url(exportKey) }
  },
  loginStart: async (password) => {
    await ready
    const { clientLoginState, startLoginRequest } = client.startLogin({ password })
    return { state: clientLoginState, request: fromBase64Url(startLoginRequest) }
  },
  loginFinish: async (state, password, response) => {
    await ready
    const finished = readingAnswer(() =>
      client.finishLogin({
        clientLoginState: state,
        password,
        loginResponse: toBase64Url(response),
        keyStretching,
      }),
    )
    if (!finished) throw new SottoError('invalid_credentials')
    return {
      finish: fromBase64Url(finished.finishLoginRequest),
      exportKey: fromBase64Url(finished.exportKey),
    }
  },
}
