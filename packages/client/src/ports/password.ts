/** The client's side of OPAQUE-3DH (RFC 9807): what leaves the device does not tell the password. */
export interface PasswordProtocol {
  registerStart(password: string): Promise<{ readonly state: string; readonly request: Uint8Array }>
  registerFinish(
    state: string,
    password: string,
    response: Uint8Array,
    name: string,
  ): Promise<{ readonly record: Uint8Array; readonly exportKey: Uint8Array }>
  loginStart(password: string): Promise<{ readonly state: string; readonly request: Uint8Array }>
  /** @throws SottoError `invalid_credentials` when the password or the server's record is not the right one */
  loginFinish(
    state: string,
    password: string,
    response: Uint8Array,
    name: string,
  ): Promise<{ readonly finish: Uint8Array; readonly exportKey: Uint8Array }>
}
