import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type CryptoKey, importJWK, type JWK } from 'jose'
import { afterAll, describe, expect, test } from 'vitest'
import { account } from './lane/account.ts'
import { opened, receivingPair, sealed, signed, signingPair, verified, type Signer } from './lane/keys.ts'
import { type Payload, program } from './lane/program.ts'
import { python, runPython } from './lane/python.ts'
import { registered, rest } from './lane/rest.ts'
import { laneServer } from './lane/server.ts'

const directory = mkdtempSync(join(tmpdir(), 'sotto-python-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))
const keyFile = (name: string): string => join(directory, `${name}.json`)

/** Opens and signs in Python what the envelope of an example cannot: every signer to every key. */
const sealAll = `
import json, sys
from envelope import make_key, public_part, read_public, seal
key = read_public(sys.argv[1])
for kind in ["RSA-3072", "P-256", "Ed25519"]:
    signer = make_key(kind)
    for enc in ["A256GCM", "A256CBC-HS512"]:
        print(json.dumps({"signer": public_part(signer), "jwe": seal(sys.argv[2], "python", "node", key, signer, enc)}))
`

const openAll = `
import json, sys
from envelope import read_public, unseal
from jwcrypto import jwk
for line in sys.stdin:
    case = json.loads(line)
    claims = unseal(case["jwe"], "python", jwk.JWK(**case["key"]), "node", [jwk.JWK(**case["signer"])])
    print(json.dumps(claims["body"]))
`

const kinds = ['RSA-3072', 'RSA-4096', 'P-256'] as const
const text = 'exit: "quotes", colons: and é🙂'

describe.skipIf(python === undefined)('Python (needs python3-socketio, -jwcrypto, -websocket)', async () => {
  const server = await laneServer({ limits: { messagesPerSecond: 1000, messageBurst: 1000 } })
  const node = await program(server.url, await registered(server.url, 'node'))

  test.each(kinds)('from Python to Node and %s: every cipher, every signature', async (kind) => {
    const pair = receivingPair(kind)
    const name = `to-${kind.toLowerCase()}`
    const receiver = await program(server.url, await registered(server.url, name, pair.pem))
    const lines = (await runPython(sealAll, [pair.pem, text]).ended).trim().split('\n')
    expect(lines).toHaveLength(6)
    for (const line of lines) {
      const { signer, jwe } = JSON.parse(line) as { readonly signer: JWK; readonly jwe: string }
      const sent = { recipient: name, encrypted_payload: jwe }
      expect(await node.ask('message', sent)).toMatchObject({ ok: true })
      const { encrypted_payload } = await receiver.next('message')
      expect(encrypted_payload).toBe(jwe)
      const jws = await opened(String(encrypted_payload), pair.privateKey)
      const alg: Signer = signer.kty === 'RSA' ? 'PS256' : signer.kty === 'EC' ? 'ES256' : 'EdDSA'
      const key = (await importJWK(signer, alg)) as CryptoKey
      expect(await verified(jws, key as never)).toMatchObject({ iss: 'python', aud: 'node', body: text })
    }
  })

  test('from Node to Python: every key, cipher and signature', async () => {
    const cases: Payload[] = []
    const signers = (['PS256', 'ES256', 'EdDSA'] as const).map((alg) => [alg, signingPair(alg)] as const)
    for (const [kind, pair] of kinds.map((one) => [one, receivingPair(one)] as const))
      for (const enc of ['A256GCM', 'A256CBC-HS512'])
        for (const [alg, signer] of signers) {
          const claims = { iss: 'node', aud: 'python', iat: 1, jti: `${kind}${enc}${alg}`, body: text }
          cases.push({
            jwe: await sealed(await signed(claims, signer.privateKey, alg), pair.publicKey, enc),
            key: pair.privateKey.export({ format: 'jwk' }),
            signer: signer.publicKey.export({ format: 'jwk' }),
          })
        }
    const input = cases.map((one) => JSON.stringify(one)).join('\n')
    const lines = (await runPython(openAll, [], input).ended).trim().split('\n')
    expect(lines.map((line) => JSON.parse(line) as string)).toEqual(cases.map(() => text))
  })

  test('the examples talk to each other: later, once, in order, whatever the text', async () => {
    const receiver = ['--key', keyFile('receiver'), '--kind', 'P-256']
    const long = 'z'.repeat(16 * 1024)
    const texts = ['exit', 'a: "b"\nc', long]
    // The first run makes the key and the account; nothing is there yet.
    const early = runPython('receive.py', [server.url, 'py-receiver', '--count', '1', ...receiver])
    await expect.poll(() => early.remarks.includes('connected'), { timeout: 30_000 }).toBe(true)
    const send = (content: string) =>
      runPython(
        'send.py',
        [server.url, 'py-sender', 'py-receiver', '--key', keyFile('sender'), '--kind', 'RSA-3072'],
        content,
      ).ended
    await send('first')
    const textsOf = (output: string) =>
      output
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { readonly text: string }).text)
    expect(textsOf(await early.ended)).toEqual(['first'])
    for (const content of texts) await send(content)
    const late = runPython('receive.py', [server.url, 'py-receiver', '--count', '3', ...receiver])
    expect(textsOf(await late.ended)).toEqual(texts)
  })

  test('a burst of 200 from ten programs arrives in Python whole and in order, also later', async () => {
    const own = ['--key', keyFile('burst'), '--kind', 'P-256']
    const first = runPython('receive.py', [server.url, 'py-burst', '--count', '201', ...own])
    await expect.poll(() => first.remarks.includes('connected'), { timeout: 30_000 }).toBe(true)
    const senders = await Promise.all(
      Array.from({ length: 10 }, async (_, at) => {
        const sender = await account(server.url, `to-python${at}`)
        return sender.open()
      }),
    )
    const burst = (): Promise<unknown> =>
      Promise.all(
        senders.flatMap((lane, sender) =>
          Array.from({ length: 20 }, (_, at) => lane.send('py-burst', `${sender} ${at}`)),
        ),
      )
    const expectWhole = (output: string): void => {
      const texts = output
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { readonly text: string }).text)
        .filter((one) => one !== 'last')
      expect(texts).toHaveLength(200)
      for (let sender = 0; sender < 10; sender++)
        expect(texts.filter((one) => one.startsWith(`${sender} `))).toEqual(
          Array.from({ length: 20 }, (_, at) => `${sender} ${at}`),
        )
    }
    await burst()
    await senders[0]?.send('py-burst', 'last')
    expectWhole(await first.ended)
    await burst()
    const late = runPython('receive.py', [server.url, 'py-burst', '--count', '200', ...own])
    expectWhole(await late.ended)
  })

  test('an example and a program in JavaScript talk to each other', async () => {
    const sender = signingPair('ES256')
    const js = await program(server.url, await registered(server.url, 'js', sender.pem))
    const waiting = runPython('receive.py', [
      server.url,
      'py-one',
      '--count',
      '1',
      '--key',
      keyFile('one'),
      '--kind',
      'RSA-3072',
    ])
    await expect.poll(() => waiting.remarks.includes('connected'), { timeout: 30_000 }).toBe(true)
    const own = (await rest(server.url, 'POST /login', {
      body: { username: 'js', password: 'a long enough passphrase' },
    })) as { readonly body: Payload }
    const token = String(own.body['token'])
    const served = await rest(server.url, 'GET /api/users/public-key/py-one', { token })
    const key = (await importJWK(served.body['public_key'] as JWK, 'RSA-OAEP-256')) as never
    const claims = { iss: 'js', aud: 'py-one', iat: 1, jti: 'one', body: text }
    const encrypted_payload = await sealedFor(await signed(claims, sender.privateKey, 'ES256'), key)
    await js.ask('message', { recipient: 'py-one', encrypted_payload })
    expect(JSON.parse(await waiting.ended)).toEqual({ sender: 'js', id: 'one', time: 1, text })

    const answer = runPython(
      'send.py',
      [server.url, 'py-one', 'js', '--key', keyFile('one'), '--enc', 'A256CBC-HS512'],
      'and back',
    )
    await answer.ended
    const { encrypted_payload: back } = await js.next('message')
    expect(await opened(String(back), sender.privateKey)).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/)
  })

  test('an example and the SDK talk to each other, with a key of its own to sign', async () => {
    const sdk = await account(server.url, 'sdk', { signer: 'EdDSA' })
    const lane = await sdk.open()
    const own = ['--key', keyFile('two'), '--kind', 'RSA-3072']
    const waiting = runPython('receive.py', [server.url, 'py-two', '--count', '1', ...own])
    await expect.poll(() => waiting.remarks.includes('connected'), { timeout: 30_000 }).toBe(true)
    const { id } = await lane.send('py-two', text)
    expect(JSON.parse(await waiting.ended)).toMatchObject({ sender: 'sdk', id, text })
    for (const enc of ['A256GCM', 'A256CBC-HS512'])
      await runPython('send.py', [server.url, 'py-two', 'sdk', ...own, '--enc', enc], `${text} ${enc}`).ended
    expect(await sdk.texts(2)).toEqual([`${text} A256GCM`, `${text} A256CBC-HS512`])
    expect(sdk.told('refused')).toEqual([])
  })
})

const sealedFor = async (content: string, key: CryptoKey): Promise<string> => {
  const { CompactEncrypt } = await import('jose')
  return new CompactEncrypt(new TextEncoder().encode(content))
    .setProtectedHeader({ alg: 'RSA-OAEP-256', enc: 'A256GCM' })
    .encrypt(key)
}
