import { expect, test } from 'vitest'
import { opened, receivingPair, sealed, signed, signingPair, verified } from './lane/keys.ts'
import { type Payload, program } from './lane/program.ts'
import { registered } from './lane/rest.ts'
import { laneServer } from './lane/server.ts'

const server = await laneServer()
const pair = receivingPair('RSA-3072')

test('an envelope with its sender’s proof, of every kind of key and cipher, arrives as it was', async () => {
  const roomy = await laneServer({ limits: { messagesPerSecond: 1000, messageBurst: 1000 } })
  const alice = await program(roomy.url, await registered(roomy.url, 'alice'))
  const signers = (['PS256', 'ES256', 'EdDSA'] as const).map((alg) => [alg, signingPair(alg)] as const)
  for (const kind of ['RSA-3072', 'RSA-4096', 'P-256'] as const) {
    const receiver = receivingPair(kind)
    const name = kind.toLowerCase()
    const bob = await program(roomy.url, await registered(roomy.url, name, receiver.pem))
    for (const enc of ['A256GCM', 'A256CBC-HS512'])
      for (const [alg, signer] of signers) {
        const claims = {
          iss: 'alice',
          aud: name,
          iat: 1,
          jti: `${kind} ${enc} ${alg}`,
          body: 'exit: "quoted"',
        }
        const encrypted_payload = await sealed(
          await signed(claims, signer.privateKey, alg),
          receiver.publicKey,
          enc,
        )
        await alice.ask('message', { sender: 'alice', recipient: name, encrypted_payload })
        const got = await bob.next('message')
        expect(got).toEqual({ sender: 'alice', encrypted_payload })
        const jws = await opened(String(got['encrypted_payload']), receiver.privateKey)
        expect(await verified(jws, signer.publicKey)).toEqual(claims)
      }
  }
})

test('texts of 16 kB, `exit`, colons and quotes arrive unchanged', async () => {
  const alice = await program(server.url, await registered(server.url, 'writer'))
  const bob = await program(server.url, await registered(server.url, 'reader', pair.pem))
  for (const text of ['exit', 'quit\n', 'a:b::c', `"'\`\\`, ' ', '\u0000', 'é🙂', 'y'.repeat(16 * 1024)]) {
    await alice.ask('message', {
      recipient: 'reader',
      encrypted_payload: await sealed(text, pair.publicKey),
    })
    expect(await opened(String((await bob.next('message'))['encrypted_payload']), pair.privateKey)).toBe(text)
  }
})

const burst = async (senders: readonly string[], recipient: string) => {
  const tokens = await Promise.all(senders.map((name) => registered(server.url, name)))
  const programs = await Promise.all(tokens.map((token) => program(server.url, token)))
  await Promise.all(
    programs.map(async (one, sender) => {
      const payloads = await Promise.all(
        Array.from({ length: 20 }, (_, at) => sealed(`${sender} ${at}`, pair.publicKey)),
      )
      const acks = await Promise.all(
        payloads.map((encrypted_payload) => one.ask('message', { recipient, encrypted_payload })),
      )
      expect(acks.every(({ ok }) => ok === true)).toBe(true)
    }),
  )
}

const textsIn = (messages: readonly Payload[]) =>
  Promise.all(messages.map(({ encrypted_payload }) => opened(String(encrypted_payload), pair.privateKey)))

/** Whole: each once. In order: of each sender as he sent them. */
const expectWhole = async (messages: readonly Payload[]): Promise<void> => {
  const texts = await textsIn(messages)
  expect(texts).toHaveLength(200)
  for (let sender = 0; sender < 10; sender++)
    expect(texts.filter((text) => text.startsWith(`${sender} `))).toEqual(
      Array.from({ length: 20 }, (_, at) => `${sender} ${at}`),
    )
}

const namesOf = (prefix: string) => Array.from({ length: 10 }, (_, at) => `${prefix}${at}`)

test('a burst of 200 from ten clients arrives whole and in order', async () => {
  const receiver = await program(server.url, await registered(server.url, 'target', pair.pem))
  await burst(namesOf('burst'), 'target')
  await expect.poll(() => receiver.heard('message').length, { timeout: 20_000 }).toBe(200)
  await expectWhole(receiver.heard('message'))
})

test('who is away for the burst gets it once, in order, later, also over a restart', async () => {
  const token = await registered(server.url, 'sleeper', pair.pem)
  await burst(namesOf('away'), 'sleeper')
  await server.restart()
  const first = await program(server.url, token)
  await expect.poll(() => first.heard('message').length, { timeout: 20_000 }).toBe(200)
  await expectWhole(first.heard('message'))
  first.close()
  const second = await program(server.url, token)
  const other = await program(server.url, await registered(server.url, 'waker'))
  await other.ask('message', {
    recipient: 'sleeper',
    encrypted_payload: await sealed('last', pair.publicKey),
  })
  await second.next('message')
  expect(await textsIn(second.heard('message'))).toEqual(['last'])
})

test('who goes without a word, before it is known that he has read it, gets it again', async () => {
  const token = await registered(server.url, 'deaf', pair.pem)
  const deaf = await program(server.url, token)
  // A transport that dies: it reads nothing more and answers nothing.
  const engine = deaf.socket.io.engine as unknown as {
    transport: { ws: { _socket: { pause(): void; destroy(): void } } }
  }
  const tcp = engine.transport.ws._socket
  tcp.pause()
  const other = await program(server.url, await registered(server.url, 'caller'))
  const encrypted_payload = await sealed('are you there', pair.publicKey)
  await other.ask('message', { recipient: 'deaf', encrypted_payload })
  tcp.destroy()
  const back = await program(server.url, token)
  expect(await back.next('message')).toEqual({ sender: 'caller', encrypted_payload })
})

test('nobody’s mailbox: an error, and an end to what is kept for one', async () => {
  const small = await laneServer({ limits: { openMailboxLettersMax: 16 } })
  const alice = await program(small.url, await registered(small.url, 'alice'))
  await registered(small.url, 'bob', pair.pem)
  const encrypted_payload = await sealed('hello', pair.publicKey)
  expect(await alice.refusal('message', { recipient: 'nobodyhere', encrypted_payload })).toBe(
    'USER_NOT_FOUND',
  )
  expect(await alice.refusal('message', { recipient: 'bob', encrypted_payload })).toBe('accepted')
  expect(await alice.refusal('message', { recipient: 'bob', encrypted_payload })).toBe('accepted')
  expect(await alice.refusal('message', { recipient: 'bob', encrypted_payload })).toBe('MAILBOX_FULL')
})
