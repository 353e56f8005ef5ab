import { client, ready } from '@serenity-kit/opaque'

/** The client's side of OPAQUE, with a hash of the password that is quick enough for hundreds of accounts. */
const keyStretching = { 'argon2id-custom': { iterations: 1, memory: 64, parallelism: 1 } }

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url')
const bytesOf = (encoded: string): Uint8Array => new Uint8Array(Buffer.from(encoded, 'base64url'))

export const startRegistration = async (password: string) => {
  await ready
  const { clientRegistrationState, registrationRequest } = client.startRegistration({ password })
  return { state: clientRegistrationState, request: bytesOf(registrationRequest) }
}

export const finishRegistration = (state: string, password: string, response: Uint8Array) => {
  const { registrationRecord, exportKey } = client.finishRegistration({
    clientRegistrationState: state,
    password,
    registrationResponse: text(response),
    keyStretching,
  })
  return { record: bytesOf(registrationRecord), exportKey: bytesOf(exportKey) }
}

export const startLogin = async (password: string) => {
  await ready
  const { clientLoginState, startLoginRequest } = client.startLogin({ password })
  return { state: clientLoginState, request: bytesOf(startLoginRequest) }
}

/** Undefined when the password is not the one of the response. */
export const finishLogin = (state: string, password: string, response: Uint8Array) => {
  const finished = client.finishLogin({
    clientLoginState: state,
    password,
    loginResponse: text(response),
    keyStretching,
  })
  return finished && { finish: bytesOf(finished.finishLoginRequest), exportKey: bytesOf(finished.exportKey) }
}
