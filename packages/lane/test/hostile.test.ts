import { CompactEncrypt, CompactSign, FlattenedEncrypt, importJWK } from 'jose'
import { describe, expect, it } from 'vitest'
import { LaneError } from '../src/failure.ts'
import { uploadOf } from '../src/keys.ts'
import { isVerdict } from '../src/patience.ts'
import { parseStrict } from '../src/strict.ts'
import { makeIdentity, readPublicKeys, sealTo, sealToAll, sign, unseal, usable, verify } from './onWeb.ts'

const bytes = (text: string): Uint8Array<ArrayBuffer> => new Uint8Array(Buffer.from(text))
const encoded = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')

const bob = await makeIdentity('RSA-3072')
const eve = await makeIdentity('P-256', 'EdDSA')
const [bobs, eves] = [await readPublicKeys(uploadOf(bob)), await readPublicKeys(uploadOf(eve))]
const bobKey = await usable(bob.receiving, 'RSA-OAEP-256')
const jwe = await sealTo(bytes('hello'), bobs)
const [header = '', key = '', iv = '', ciphertext = '', tag = ''] = jwe.split('.')
const withHeader = (value: unknown): string => [encoded(value), key, iv, ciphertext, tag].join('.')
const good = { alg: 'RSA-OAEP-256', enc: 'A256GCM' }

const codeOf = async (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'accepted',
    (error: unknown) => (error instanceof Error && 'code' in error ? error.code : error),
  )
const opening = (envelope: unknown) => codeOf(unseal(envelope, bob, 'bob'))

describe('an envelope', () => {
  it('opens in every form', async () => {
    const flattened = await new FlattenedEncrypt(bytes('hello'))
      .setProtectedHeader({ enc: 'A256CBC-HS512' })
      .setUnprotectedHeader({ alg: 'RSA-OAEP-256' })
      .encrypt(await usable(bobs.receiving, 'RSA-OAEP-256'))
    const both = new Map([
      ['eve', eves],
      ['bob', bobs],
    ])
    const general = await sealToAll(bytes('hello'), both)
    const contentKey = crypto.getRandomValues(new Uint8Array(32))
    const nonce = crypto.getRandomValues(new Uint8Array(12))
    const aes = await crypto.subtle.importKey('raw', contentKey, 'AES-GCM', false, ['encrypt'])
    const data = await crypto.subtle.encrypt({ name: 'AES-GCM', iv: nonce }, aes, bytes('hello'))
    const rsa = await usable(bobs.receiving, 'RSA-OAEP-256')
    const fields = {
      encrypted_data: Buffer.from(data).toString('base64'),
      encrypted_key: Buffer.from(await crypto.subtle.encrypt('RSA-OAEP', rsa, contentKey)).toString('base64'),
      iv: Buffer.from(nonce).toString('base64'),
    }
    for (const envelope of [jwe, flattened, general, JSON.stringify(general), fields, JSON.stringify(fields)])
      expect(Buffer.from(await unseal(envelope, bob, 'bob')).toString()).toBe('hello')
    expect(Buffer.from(await unseal(general, eve, 'eve')).toString()).toBe('hello')
    expect(await codeOf(unseal(jwe, eve, 'eve'))).toBe('NOT_FOR_US')
  })

  it.each<readonly [string, unknown]>([
    ['white space in the header', withHeader(`{"alg": "RSA-OAEP-256","enc":"A256GCM"}`)],
    ['a key twice', withHeader(`{"alg":"none","alg":"RSA-OAEP-256","enc":"A256GCM"}`)],
    ['a needless escape', withHeader(`{"alg":"RSA-OAEP-25\\u0036","enc":"A256GCM"}`)],
    ['crit', withHeader({ ...good, crit: ['exp'], exp: 1 })],
    ['zip', withHeader({ ...good, zip: 'DEF' })],
    ['jku', withHeader({ ...good, jku: 'https://evil.example' })],
    ['x5u', withHeader({ ...good, x5u: 'https://evil.example' })],
    ['a key of its own', withHeader({ ...good, jwk: { kty: 'oct', k: 'AA' } })],
    ['another cipher', withHeader({ ...good, enc: 'A128GCM' })],
    ['another way to give the key', withHeader({ ...good, alg: 'RSA-OAEP' })],
    ['a password', withHeader({ alg: 'PBES2-HS512+A256KW', enc: 'A256GCM', p2c: 1, p2s: 'AA' })],
    ['dir', withHeader({ alg: 'dir', enc: 'A256GCM' })],
    ['padding', `${header}=.${key}.${iv}.${ciphertext}.${tag}`],
    ['a line break', jwe.replace('.', '\n.')],
    ['bits that mean nothing', [header, key, iv, ciphertext, `${tag.slice(0, -1)}B`].join('.')],
    ['four parts', jwe.split('.').slice(1).join('.')],
    ['a number', 7],
    ['null', null],
    ['fields with more', { encrypted_data: '', encrypted_key: '', iv: '', more: 1 }],
    ['fields in base64url', { encrypted_data: '____', encrypted_key: '', iv: '' }],
    ['JSON twice', '{"iv":"a","iv":"b","encrypted_data":"","encrypted_key":""}'],
    [
      'a header beside that repeats',
      { protected: header, header: { alg: 'RSA-OAEP-256' }, encrypted_key: key },
    ],
    ['deep JSON', `${'{"a":'.repeat(40)}1${'}'.repeat(40)}`],
  ])('is refused before the library sees it: %s', async (_what, envelope) => {
    expect(await opening(envelope)).toBe('ENVELOPE_INVALID')
  })

  it('that somebody changed does not open', async () => {
    const other = ciphertext.startsWith('A') ? 'B' : 'A'
    const changed = [header, key, iv, `${other}${ciphertext.slice(1)}`, tag].join('.')
    expect(await opening(changed)).toBe('NOT_FOR_US')
  })

  it('of another key does not say why it does not open', async () => {
    const stranger = await readPublicKeys(uploadOf(await makeIdentity('RSA-3072')))
    expect(await opening(await sealTo(bytes('x'), stranger))).toBe('NOT_FOR_US')
    await expect(unseal(await sealTo(bytes('x'), stranger), bob, 'bob')).rejects.toThrow(
      'The envelope cannot be opened with the keys that are here',
    )
  })
})

describe('a proof', () => {
  const claims = { iss: 'eve', aud: 'bob', iat: 1, jti: '1', body: 'hello' }
  const wanted = { iss: 'eve', aud: 'bob' }

  it('is by the sender, to us', async () => {
    expect(await verify(await sign(claims, eve), eves, wanted)).toEqual(claims)
    expect(await codeOf(verify(await sign(claims, bob), eves, wanted))).toBe('PROOF_INVALID')
    for (const changed of [{ iss: 'bob' }, { aud: 'carol' }, { aud: 'room:1' }])
      expect(await codeOf(verify(await sign({ ...claims, ...changed }, eve), eves, wanted))).toBe(
        'PROOF_INVALID',
      )
  })

  it('has whole claims', async () => {
    for (const changed of [{ jti: '' }, { jti: 'x'.repeat(200) }, { iat: 'now' }, { jti: 7 }]) {
      const jws = await sign({ ...claims, ...changed } as never, eve)
      expect(await codeOf(verify(jws, eves, wanted))).toBe('PROOF_INVALID')
    }
  })

  it.each<readonly [string, number]>([
    ['milliseconds', 1_764_500_000_000],
    ['the last time that there is', 8_640_000_000_000],
    ['before 1970', -1],
    ['more than any', 1e300],
    ['the first that is too late', 2 ** 33],
  ])('is of a time that can be, which is not %s', async (_what, iat) => {
    expect(await codeOf(verify(await sign({ ...claims, iat }, eve), eves, wanted))).toBe('TIME_INVALID')
    expect(isVerdict(new LaneError('TIME_INVALID'))).toBe(true)
  })

  it('may be of a part of a second', async () => {
    const jws = await sign({ ...claims, iat: 1_764_500_000.7 }, eve)
    expect((await verify(jws, eves, wanted)).iat).toBe(1_764_500_000)
  })

  it('has one meaning', async () => {
    const twice = `{"iss":"eve","aud":"bob","iat":1,"jti":"1","body":"a","body":"b"}`
    const signer = await usable(eve.signing ?? {}, 'EdDSA')
    const jws = await new CompactSign(bytes(twice)).setProtectedHeader({ alg: 'EdDSA' }).sign(signer)
    expect(await codeOf(verify(jws, eves, wanted))).toBe('ENVELOPE_INVALID')
  })

  it('is not by a key that it brings along, by nobody, or by a shared secret', async () => {
    const payload = encoded(claims)
    const publicJwk = uploadOf(bob) as { readonly n: string }
    const hmac = await importJWK({ kty: 'oct', k: publicJwk.n }, 'HS256')
    const forged = await new CompactSign(bytes(JSON.stringify(claims)))
      .setProtectedHeader({ alg: 'HS256' })
      .sign(hmac)
    const own = await usable(bob.receiving, 'PS256')
    const embedded = await new CompactSign(bytes(JSON.stringify(claims)))
      .setProtectedHeader({ alg: 'PS256', jwk: publicJwk })
      .sign(own)
    for (const jws of [`${encoded({ alg: 'none' })}.${payload}.`, forged, embedded])
      expect(['PROOF_INVALID', 'ENVELOPE_INVALID']).toContain(await codeOf(verify(jws, eves, wanted)))
  })
})

describe('a public key', () => {
  it.each<readonly [string, unknown]>([
    ['text that is none', 'hello'],
    ['an RSA key that is short', { kty: 'RSA', n: 'AQAB', e: 'AQAB' }],
    ['a small exponent', { kty: 'RSA', n: 'x'.repeat(342), e: 'Aw' }],
    ['another curve', { kty: 'EC', crv: 'P-521', x: 'AA', y: 'AA' }],
    ['one that only signs', { kty: 'OKP', crv: 'Ed25519', x: 'AA' }],
    ['a secret', { kty: 'oct', k: 'AA' }],
    ['an empty set', { keys: [] }],
    ['nothing', null],
  ])('is refused: %s', async (_what, uploaded) => {
    expect(await codeOf(readPublicKeys(uploaded))).toBe('KEY_INVALID')
  })

  it('that contradicts itself and is there already receives, and has signed nothing', async () => {
    const [receiving] = (uploadOf(eve) as { readonly keys: readonly object[] }).keys
    for (const labels of [
      { alg: 'HS256' },
      { alg: 'ES256', use: 'enc' },
      { key_ops: ['verify', 'decrypt'] },
    ]) {
      const keys = await readPublicKeys({ ...receiving, ...labels })
      expect(keys.fingerprint).toBe(eves.fingerprint)
      expect(keys.verifying).toEqual([])
    }
    expect(await codeOf(readPublicKeys({ ...receiving, alg: 'HS256', use: 'sig' }))).toBe('KEY_INVALID')
  })

  it('is remembered whole: another signing key is another pin', async () => {
    const [receiving, signing] = (uploadOf(eve) as { readonly keys: readonly object[] }).keys
    const other = (uploadOf(await makeIdentity('P-256', 'EdDSA')) as { readonly keys: readonly object[] })
      .keys[1]
    const [one, two] = [
      await readPublicKeys({ keys: [receiving, signing] }),
      await readPublicKeys({ keys: [receiving, other] }),
    ]
    expect(one.fingerprint).toBe(two.fingerprint)
    expect(one.pin).not.toBe(two.pin)
  })
})

describe('one spelling', () => {
  it('of keys in JSON, however they are written', () => {
    expect(parseStrict('{"a":{"b":"\\":"},"c":["d",{"b":1}]}')).toEqual({
      a: { b: '":' },
      c: ['d', { b: 1 }],
    })
    for (const wrong of ['{"a":1,"a":2}', '{"a":1,"\\u0061":2}', '{"x":{"a":1, "a" :2}}', '{', ''])
      expect(() => parseStrict(wrong)).toThrow()
  })
})

it('nothing of a key that was used is told by an error', async () => {
  const wrong = await new CompactEncrypt(bytes('not a proof'))
    .setProtectedHeader({ alg: 'RSA-OAEP-256', enc: 'A256GCM' })
    .encrypt(bobKey.type === 'private' ? await usable(bobs.receiving, 'RSA-OAEP-256') : bobKey)
  const text = Buffer.from(await unseal(wrong, bob, 'bob')).toString()
  await expect(verify(text, eves, { iss: 'eve', aud: 'bob' })).rejects.toThrow(
    'What was sent is not signed by the key of its sender',
  )
})
