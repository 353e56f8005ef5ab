import type { Origin } from './origin.ts'

export const senderAndReceiver: Origin = {
  id: 'sender-and-receiver',
  title: 'A sender and a receiver in two terminals',
  before:
    'One program registers a name with an RSA key and waits; another one fetches the key, encrypts with AES and RSA, and sends ' +
    'by Socket.IO.',
  words: [
    [
      'the server of both',
      '`sotto gateway` on each machine; what leaves the machine is always an envelope with a tag',
    ],
    [
      '`POST /register {username, public_key}`',
      'the same at the gateway, without a password; PEM, or base64 of it',
    ],
    [
      '`GET /users`',
      'names with the keys to encrypt with on this machine; the gateway holds the private halves',
    ],
    ['`message {sender, recipient, encrypted_payload}`', 'the same, and the receiver hears the same'],
    ['receiver', '`sotto lane receive`, where nothing old has to run'],
    ['sender', '`sotto lane send NAME`, from a pipe too'],
  ],
  way: [
    'Start the server, or take that of somebody else: `npm start`.',
    'On each machine: `npx sotto gateway --server http://localhost:5000 --port 5050`.',
    'Give the old programs, as the address of their server, the one that the gateway prints for old programs: its token is in it.',
    'Without old programs: `npx sotto lane register NAME`, `npx sotto lane receive --follow`, and on the other machine `echo hello | npx sotto lane send NAME`.',
  ],
  program: {
    language: 'js',
    about:
      'An old receiver and an old sender in one program: it needs `socket.io-client`, the address of the gateway in `GATEWAY`, and its token in `TOKEN`.',
    text: `import * as crypto from 'node:crypto'
import { io } from 'socket.io-client'

const gateway = process.env.GATEWAY
const token = process.env.TOKEN
const headers = { authorization: \`Bearer \${token}\`, 'content-type': 'application/json' }

const register = async (username) => {
  const pair = crypto.generateKeyPairSync('rsa', { modulusLength: 2048 })
  const public_key = pair.publicKey.export({ type: 'spki', format: 'pem' })
  const body = JSON.stringify({ username, public_key })
  const answer = await fetch(\`\${gateway}/register\`, { method: 'POST', headers, body })
  if (!answer.ok) throw new Error(await answer.text())
  return pair.privateKey
}

const receiverKey = await register('pair-reader')
const receiver = io(gateway, { auth: { token } })
receiver.on('message', ({ sender, encrypted_payload: { encrypted_data, encrypted_key, iv } }) => {
  const sealedKey = Buffer.from(encrypted_key, 'base64')
  const secret = crypto.privateDecrypt({ key: receiverKey, oaepHash: 'sha256' }, sealedKey)
  const cipher = crypto.createDecipheriv('aes-256-cbc', secret, Buffer.from(iv, 'base64'))
  console.log(\`\${sender}: \${cipher.update(encrypted_data, 'base64', 'utf8')}\${cipher.final('utf8')}\`)
  receiver.close()
  writer.close()
})
await receiver.emitWithAck('join', { username: 'pair-reader' })

await register('pair-writer')
const writer = io(gateway, { auth: { token } })
await writer.emitWithAck('join', { username: 'pair-writer' })
const users = await (await fetch(\`\${gateway}/users\`, { headers })).json()
const [secret, iv] = [crypto.randomBytes(32), crypto.randomBytes(16)]
const cipher = crypto.createCipheriv('aes-256-cbc', secret, iv)
const sealedKey = crypto.publicEncrypt({ key: users['pair-reader'], oaepHash: 'sha256' }, secret)
writer.emit('message', {
  sender: 'pair-writer',
  recipient: 'pair-reader',
  encrypted_payload: {
    encrypted_data: cipher.update('over the gateway', 'utf8', 'base64') + cipher.final('base64'),
    encrypted_key: sealedKey.toString('base64'),
    iv: iv.toString('base64'),
  },
})
`,
  },
  givenUp: [
    [
      'CBC on the way between machines',
      'without a tag nobody notices a change; it stays on your own machine, between your own programs',
    ],
    ['a name without a password', 'anybody could take it; the gateway keeps a password of its own for each'],
    [
      'whoever registers last has the name',
      'the key of a name is remembered, and another one is not believed without asking you',
    ],
    ['messages only for who is there', 'who is away hears them later, in order, once'],
  ],
}
