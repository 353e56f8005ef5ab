import type { Origin } from './origin.ts'

export const roomServer: Origin = {
  id: 'room-server',
  title: 'A room server with REST and Socket.IO',
  before:
    'Programs register and sign in over REST, take the cookie or token to a Socket.IO connection, join rooms by name or number, ' +
    'and send bytes that they have encrypted themselves.',
  words: [
    [
      '`POST /register`, `POST /login`',
      'the same, also below `/api`; the answer has a `token` beside the cookie',
    ],
    ['`GET /api/rooms`, `POST /api/rooms`', 'the same; a classic room, which is not one of people’s rooms'],
    ['`join_room {room_id}`', 'the same, or by name: `{room: "General"}`'],
    [
      '`send_message {encrypted_content, iv}`',
      'the same: AES-256-GCM, 12 bytes of `iv`; a `timestamp` may stand beside them',
    ],
    ['`message_hash`', 'empty, or SHA-256 over `iv` and ciphertext; a hash of the text is refused'],
    ['`room_history`', 'the same, oldest first, at most 50; `before` and `limit` for more'],
    [
      'the key of a room, agreed on somehow',
      'handed over as a JWE to each member; the SDK does it by itself',
    ],
  ],
  way: [
    'Give your program the address of the server; names of calls and events are the same.',
    'Make the key in the program (`CLIENT_KEY_REQUIRED` says so where the server was asked for one), and hand it to the members; or leave both to `@sotto/lane` or `examples/python`.',
    'A front end on another origin is let in by name: `sotto serve --allow-origin https://app.example.org`.',
    'Run `npx sotto conformance --server URL`: it says line by line what this server takes.',
  ],
  program: {
    language: 'js',
    about:
      'REST, then a socket, then a message of which this program made the key; it needs `socket.io-client`, and `URL`.',
    text: `import { io } from 'socket.io-client'

const url = process.env.URL
const post = async (path, body) => {
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) })
  const said = await answer.json()
  if (!answer.ok) throw new Error(\`\${said.code}: \${said.error}\`)
  return said
}

const account = { username: 'rest-alice', password: 'a long enough passphrase' }
await post('/api/register', account)
const { token } = await post('/api/login', account)

const key = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, true, ['encrypt', 'decrypt'])
const bytes = (text) => new Uint8Array(JSON.parse(text))

const socket = io(url, { auth: { token } })
socket.on('error', ({ code, message }) => console.error(code, message))
socket.on('connected', () => socket.emit('join_room', { room: 'Workshop' }))
socket.on('joined_room', async ({ room_id }) => {
  const iv = crypto.getRandomValues(new Uint8Array(12))
  const text = new TextEncoder().encode('written on this machine')
  const sealed = new Uint8Array(await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, key, text))
  socket.emit('send_message', {
    room_id,
    encrypted_content: JSON.stringify([...sealed]),
    iv: JSON.stringify([...iv]),
    timestamp: new Date().toISOString(),
  })
})
socket.on('new_message', async ({ sender, encrypted_content, iv }) => {
  const open = await crypto.subtle.decrypt({ name: 'AES-GCM', iv: bytes(iv) }, key, bytes(encrypted_content))
  console.log(\`\${sender}: \${new TextDecoder().decode(open)}\`)
  socket.close()
})
`,
  },
  givenUp: [
    [
      'identity in a cookie that the client writes',
      'anybody could be anybody: `GONE`; the session says who it is',
    ],
    [
      'a hash of the text beside the ciphertext',
      'the server could confirm guesses: `MESSAGE_HASH_PLAINTEXT`',
    ],
    ['the same `iv` twice with one key', 'both messages would be open: `IV_REUSED`'],
    ['CBC and CFB without a tag', 'a changed message would not be noticed: `UNAUTHENTICATED_ENCRYPTION`'],
    [
      '`MONGO_URI` and `SECRET_KEY`',
      'there is nothing to set: the server keeps its data and makes its secrets itself',
    ],
  ],
}
