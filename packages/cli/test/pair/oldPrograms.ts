import {
  constants,
  createCipheriv,
  createDecipheriv,
  generateKeyPairSync,
  type KeyObject,
  privateDecrypt,
  publicEncrypt,
  randomBytes,
} from 'node:crypto'
import { io, type Socket } from 'socket.io-client'

/** How one set of old programs writes. */
export interface Style {
  readonly oaepHash: 'sha1' | 'sha256'
  readonly encoding: 'pem' | 'base64'
  readonly cipher: 'aes-128-cbc' | 'aes-256-cbc'
}

export const usual: Style = { oaepHash: 'sha256', encoding: 'pem', cipher: 'aes-256-cbc' }

export interface Payload {
  readonly encrypted_data: string
  readonly encrypted_key: string
  readonly iv: string
}

export type Said = Readonly<Record<string, unknown>>

const padding = constants.RSA_PKCS1_OAEP_PADDING

export const encrypt = (text: string, key: KeyObject | string, { oaepHash, cipher }: Style): Payload => {
  const [secret, iv] = [randomBytes(cipher === 'aes-128-cbc' ? 16 : 32), randomBytes(16)]
  const encryptor = createCipheriv(cipher, secret, iv)
  return {
    encrypted_data: encryptor.update(text, 'utf8', 'base64') + encryptor.final('base64'),
    encrypted_key: publicEncrypt({ key, padding, oaepHash }, secret).toString('base64'),
    iv: iv.toString('base64'),
  }
}

const decrypt = (payload: Payload, key: KeyObject, { oaepHash, cipher }: Style): string => {
  const secret = privateDecrypt({ key, padding, oaepHash }, Buffer.from(payload.encrypted_key, 'base64'))
  const decryptor = createDecipheriv(cipher, secret, Buffer.from(payload.iv, 'base64'))
  return decryptor.update(payload.encrypted_data, 'base64', 'utf8') + decryptor.final('utf8')
}

export const postJson = async (url: string, body: unknown) => {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  return { status: answer.status, body: (await answer.json()) as Said }
}

const making = (): { readonly publicKey: KeyObject; readonly privateKey: KeyObject } =>
  generateKeyPairSync('rsa', { modulusLength: 2048 })

const uploaded = (publicKey: KeyObject, { encoding }: Style): string => {
  const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString()
  return encoding === 'pem' ? pem : Buffer.from(pem).toString('base64')
}

export const pemIn = (key: string, { encoding }: Style): string =>
  encoding === 'pem' ? key : Buffer.from(key, 'base64').toString()

const connected = async (address: string): Promise<Socket> => {
  const socket = io(address, { reconnection: false, forceNew: true })
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('connect_error', reject)
  })
  return socket
}

/** Both programs know nothing but their address and a name. */
export interface Old {
  readonly socket: Socket
  readonly publicKey: KeyObject
}

export interface Receiver extends Old {
  /** As the program prints them. */
  readonly heard: { readonly sender: string; readonly text: string }[]
  readonly raw: Said[]
}

export const receiver = async (address: string, username: string, style = usual): Promise<Receiver> => {
  const { publicKey, privateKey } = making()
  const { status } = await postJson(`${address}/register`, {
    username,
    public_key: uploaded(publicKey, style),
  })
  if (status !== 201) throw new Error(`register: ${status}`)
  const socket = await connected(address)
  const heard: Receiver['heard'] = []
  const raw: Said[] = []
  socket.on('message', (said: Said) => {
    raw.push(said)
    const text = decrypt(said['encrypted_payload'] as Payload, privateKey, style)
    heard.push({ sender: String(said['sender']), text })
  })
  await socket.timeout(60_000).emitWithAck('join', { username })
  return { socket, publicKey, heard, raw }
}

export interface Sender extends Old {
  /** Of a recipient, as `GET /users` says it. */
  keyOf(recipient: string): Promise<string>
  /** As the program does it, which waits for nothing. */
  say(recipient: string, text: string): Promise<void>
  /** What is acknowledged of a payload. */
  ask(payload: Said): Promise<Said>
}

export const sender = async (address: string, username: string, style = usual): Promise<Sender> => {
  const { publicKey } = making()
  const { status } = await postJson(`${address}/register`, {
    username,
    public_key: uploaded(publicKey, style),
  })
  if (status !== 201) throw new Error(`register: ${status}`)
  const socket = await connected(address)
  const keyOf = async (recipient: string): Promise<string> => {
    const users = (await (await fetch(`${address}/users`)).json()) as Readonly<Record<string, string>>
    const key = users[recipient]
    if (key === undefined) throw new Error(`nobody is called ${recipient}: ${Object.keys(users).join()}`)
    return pemIn(key, style)
  }
  const known = new Map<string, Promise<string>>()
  return {
    socket,
    publicKey,
    keyOf,
    say: async (recipient, text) => {
      const key = known.get(recipient) ?? keyOf(recipient)
      known.set(recipient, key)
      const encrypted_payload = encrypt(text, await key, style)
      socket.emit('message', { sender: username, recipient, encrypted_payload })
    },
    ask: (payload) => socket.timeout(60_000).emitWithAck('message', payload) as Promise<Said>,
  }
}
