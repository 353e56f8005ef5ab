import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  decodeLoggedPost,
  encodeLoggedPost,
  fromBase64url,
  hookFaults,
  parseStrictJson,
  readSealedPost,
  SottoError,
  toBase64url,
  utf8Text,
} from '@sotto/protocol'

const bytes = fc.uint8Array({ maxLength: 400 })
const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/** What a reader says of it, or that it refuses; any other error is a bug. */
const refusal = (read: () => unknown): unknown => {
  try {
    return read()
  } catch (error) {
    if (error instanceof SottoError && error.code === 'bad_request') return 'refused'
    throw error
  }
}

describe('base64url', () => {
  it('is what Node writes, and reads back', () => {
    fc.assert(
      fc.property(bytes, (value) => {
        const text = toBase64url(value)
        expect(text).toBe(Buffer.from(value).toString('base64url'))
        expect(fromBase64url(text)).toEqual(value)
      }),
    )
  })

  it('has one spelling: what is read is written the same', () => {
    const almost = fc.string({ unit: fc.constantFrom(...'ABab09-_+/= \n.'), maxLength: 12 })
    fc.assert(
      fc.property(almost, (text) => {
        const read = refusal(() => fromBase64url(text))
        const isCanonical = Buffer.from(text, 'base64url').toString('base64url') === text
        expect(read === 'refused').toBe(!isCanonical)
      }),
    )
  })
})

describe('strict JSON', () => {
  it('is what JSON.parse reads, where nothing stands twice', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), fc.nat({ max: 4 }), (value, indent) => {
        const text = JSON.stringify(value, null, indent)
        expect(parseStrictJson(text)).toEqual(JSON.parse(text))
      }),
    )
  })

  it('refuses a key twice, however it is written', () => {
    for (const text of [
      '{"a":1,"a":1}',
      '{"a":1,"\\u0061":2}',
      '[{"x":{"a":1, "a" :2}}]',
      '{"a":1\n,"a"\n:1}',
    ])
      expect(refusal(() => parseStrictJson(text))).toBe('refused')
    expect(parseStrictJson('{"a":"a","b":["a","a"],"c":{"a":1}}')).toBeTruthy()
  })

  it('reads UTF-8 as a strict decoder does', () => {
    const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
    fc.assert(
      fc.property(bytes, (value) => {
        const wanted = (() => {
          try {
            return decoder.decode(value)
          } catch {
            return 'refused'
          }
        })()
        expect(refusal(() => utf8Text(value))).toBe(wanted)
      }),
    )
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        if (text.isWellFormed()) expect(utf8Text(new TextEncoder().encode(text))).toBe(text)
      }),
    )
  })
})

describe('a sealed post', () => {
  const kid = 'A'.repeat(43)
  const epk = { kty: 'EC', crv: 'P-256', x: kid, y: kid }
  const ec = { alg: 'ECDH-ES+A256KW', enc: 'A256GCM', kid, typ: 'hook+jwe', cty: 'hook+jws', epk }
  const rest = ['A'.repeat(54), 'A'.repeat(16), '', 'A'.repeat(22)]
  const sealed = (header: unknown, others: readonly string[] = rest): string =>
    [encoded(header), ...others].join('.')

  it('HOOK-8: has exactly its header, whatever stands in it besides', () => {
    expect(readSealedPost(sealed(ec))).toEqual({
      kind: 'read',
      value: { alg: 'ECDH-ES+A256KW', kid, sealedBytes: 0 },
    })
    fc.assert(
      fc.property(fc.string({ maxLength: 8 }), fc.jsonValue({ maxDepth: 2 }), (name, value) => {
        if (Object.hasOwn(ec, name) || name === '__proto__') return
        expect(readSealedPost(sealed({ ...ec, [name]: value })).kind).toBe('refused')
      }),
    )
    for (const name of Object.keys(ec)) {
      const { [name as 'alg']: _without, ...others } = ec
      expect(readSealedPost(sealed(others)).kind).toBe('refused')
    }
  })

  it('HOOK-8: is nothing else: every other text has its fault, and none makes the reader fail', () => {
    const fine = sealed(ec)
    const faultOf = (jwe: string): unknown => {
      const post = readSealedPost(jwe)
      return post.kind === 'read' ? post.value : post.fault
    }
    fc.assert(
      fc.property(fc.nat({ max: fine.length - 1 }), fc.string({ minLength: 1, maxLength: 3 }), (at, text) => {
        const fault = faultOf(fine.slice(0, at) + text + fine.slice(at + 1))
        if (typeof fault === 'string') expect(hookFaults).toContain(fault)
      }),
    )
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(hookFaults).toContain(faultOf(text))
      }),
    )
  })

  it('travels in the log as it came', () => {
    const post = { version: 1, hook: new Uint8Array(16).fill(3), jwe: sealed(ec) } as const
    expect(decodeLoggedPost(encodeLoggedPost(post))).toEqual(post)
  })
})
