import { codeWritten } from '@sotto/protocol'
import { randomUUID } from 'node:crypto'
import type { HookFault, NewHook } from '@sotto/client'
import {
  calculateJwkThumbprint,
  CompactEncrypt,
  CompactSign,
  type CompactVerifyResult,
  compactVerify,
  decodeProtectedHeader,
  importJWK,
  type JWK,
} from 'jose'

/** What a script does that has a JOSE library and nothing of ours: as the recipe of `sotto hook create` says it. */
export interface Script {
  /** The keys that it is told, after it has checked that the anchor it knows has signed them. */
  keys(): Promise<readonly JWK[]>
  post(body: string, twist?: Twist): Promise<Posted>
  /** Posts what is no post at all. */
  postRaw(body: string, headers?: Record<string, string>): Promise<Posted>
}

/** What a script does otherwise than it should. */
export interface Twist {
  readonly kind?: 'EC' | 'RSA'
  /** Seals to this key and not to the newest. */
  readonly to?: JWK
  readonly claims?: Record<string, unknown>
  /** The claims as text, where they are to say something twice. */
  readonly payload?: string
  readonly header?: Record<string, unknown>
  readonly signedHeader?: Record<string, unknown>
  readonly signingKey?: JWK
  /** Changes the JWS before it is sealed, and the JWE before it is posted. */
  jws?(jws: string): string
  jwe?(jwe: string): string
}

export interface Posted {
  readonly status: number
  readonly code: string | undefined
  readonly rule: HookFault | undefined
  readonly jwe: string
}

export const scriptOf = (server: string, hook: NewHook): Script => {
  const at = `${server}/h/${hook.hook}`

  const verifiedKeys = async (): Promise<readonly JWK[]> => {
    const answer = await fetch(`${at}/keys`)
    if (!answer.ok) throw new Error(`keys: ${answer.status}`)
    const statement = await answer.text()
    const { jwk } = decodeProtectedHeader(statement)
    if (!jwk || (await calculateJwkThumbprint(jwk)) !== hook.anchor) throw new Error('another anchor')
    const read: CompactVerifyResult = await compactVerify(statement, await importJWK(jwk, 'ES256'))
    const said = JSON.parse(new TextDecoder().decode(read.payload)) as {
      readonly hook: string
      readonly keys: readonly JWK[]
      readonly nbf: number
      readonly exp: number
    }
    const nowS = Date.now() / 1000
    if (said.hook !== hook.hook || said.nbf > nowS + 60 || said.exp < nowS) throw new Error('not for now')
    return said.keys
  }

  const postRaw: Script['postRaw'] = async (body, headers = {}) => {
    const answer = await fetch(at, {
      method: 'POST',
      body,
      headers: { authorization: `Bearer ${hook.token}`, 'content-type': 'application/jose', ...headers },
    })
    const said = (await answer.json()) as { code?: string; detail?: { rule?: HookFault } }
    return { status: answer.status, code: codeWritten(said.code), rule: said.detail?.rule, jwe: body }
  }

  return {
    keys: verifiedKeys,
    postRaw,
    post: async (body, twist = {}) => {
      const to = twist.to ?? (await verifiedKeys()).find(({ kty }) => kty === (twist.kind ?? 'EC'))
      const nowS = Math.floor(Date.now() / 1000)
      const claims = { iss: hook.hook, aud: hook.room, iat: nowS, exp: nowS + 300, jti: randomUUID(), body }
      const payload = twist.payload ?? JSON.stringify({ ...claims, ...twist.claims })
      const key = twist.signingKey ?? (hook.key as JWK)
      const signed = await new CompactSign(new TextEncoder().encode(payload))
        .setProtectedHeader({
          alg: hook.algorithm,
          kid: String(hook.script),
          typ: 'hook+jws',
          ...twist.signedHeader,
        })
        .sign(await importJWK(key, hook.algorithm))
      const jws = twist.jws?.(signed) ?? signed
      const sealed = await new CompactEncrypt(new TextEncoder().encode(jws))
        .setProtectedHeader({
          alg: String(to?.alg),
          enc: 'A256GCM',
          kid: String(to?.kid),
          typ: 'hook+jwe',
          cty: 'hook+jws',
          ...twist.header,
        })
        .encrypt(await importJWK(to as JWK, String(to?.alg)))
      return postRaw(twist.jwe?.(sealed) ?? sealed)
    },
  }
}
