import type { Origin } from './origin.ts'

export const invitedSessions: Origin = {
  id: 'invited-sessions',
  title: 'A page with sessions that people are invited to',
  before:
    'People sign in on a page, one starts a session and picks who is in it; the server makes a key for the session and hands ' +
    'it to each, encrypted with their RSA or ECC key.',
  words: [
    ['session, or private chat', 'a chat of the open lane; between people, a room: `sotto room create`'],
    ['`initiate_chat {participants}`', 'the same with `keys`: who starts it makes the key'],
    ['`chat_invitation`', 'the same, with your own entry of the key and nobody else’s'],
    ['`chat_error`', 'the same, with a `code`, and `offline_users` for who is not there'],
    ['`signature`, `signature_type`', 'the same: `RSA` is PS256, `ECDSA` is ES256'],
    [
      'public and private key of the account page',
      'made in the program, never shown and never uploaded in private',
    ],
  ],
  way: [
    'Between people use the web client: a room is what a session was, and who is invited decides.',
    'Programs use `@sotto/lane`, which makes the key of a chat, hands it over, and makes a new one whenever somebody leaves.',
    'Programs in other languages follow `initiate_chat`, `join_chat` and `send_message` on this page of documents; `queue: true` keeps an invitation for who is away.',
  ],
  program: {
    language: 'ts',
    about: 'Two programs and a chat between them, on the server in `URL`.',
    text: `import { makeIdentity, memoryLaneStore, openLane, register, uploadOf } from '@sotto/lane'

const server = process.env['URL'] ?? 'http://localhost:5000'
const password = 'a long enough passphrase'

const join = async (name: string, heard: (text: string) => void) => {
  const identity = await makeIdentity('P-256')
  await register(server, { name, password, publicKey: uploadOf(identity) })
  const lane = await openLane({
    server,
    credentials: { kind: 'program', name, password },
    identity,
    store: memoryLaneStore(),
    onEvent: async (event) => {
      if (event.kind === 'invitation') lane.joinChat(event.chat).catch(console.error)
      if (event.kind === 'place_message' && !event.own) heard(\`\${event.from}: \${event.text}\`)
    },
  })
  return lane
}

const told = Promise.withResolvers<string>()
const bob = await join('session-bob', told.resolve)
const alice = await join('session-alice', () => {})

const { chat } = await alice.startChat(['session-bob'])
await alice.sendToChat(chat, 'only the two of us')
console.log(await told.promise)
await bob.caughtUp()

await alice.close()
await bob.close()
`,
  },
  givenUp: [
    ['keys made by the server', 'whoever makes a key can read with it: `CLIENT_KEY_REQUIRED`'],
    [
      'DSA, and ECC keys that are used to encrypt and to sign',
      'a key has one purpose; DSA is refused with `ALG_WITHDRAWN`',
    ],
    [
      'passwords as a plain hash',
      'guesses at a stolen database would cost nothing; Argon2id here, OPAQUE for people',
    ],
    [
      'accounts that are there from the beginning',
      'everybody knew their passwords; nobody has an account here who has not made it',
    ],
  ],
}
