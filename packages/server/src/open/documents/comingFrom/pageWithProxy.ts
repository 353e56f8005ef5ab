import type { Origin } from './origin.ts'

export const pageWithProxy: Origin = {
  id: 'page-with-proxy',
  title: 'A page in the browser, and a proxy beside it',
  before:
    'A page on your own machine speaks plain Socket.IO to a small program there; that one holds the keys, encrypts for the ' +
    'others and speaks to a server somewhere.',
  words: [
    ['the proxy, or local client', '`sotto gateway`: the keys stay on your machine'],
    [
      '`user_login {username}`',
      'the same; a name that nobody has gets an account by itself, kept in the profile',
    ],
    [
      '`chat_message {message}`',
      'the same, with `self`; what is said is uncut, and no word in it is a command',
    ],
    ['`exit` as a message', 'the event `logout`, or the button of the page'],
    ['who is online', '`user_list`, and `system_message` for who comes and goes'],
    ['the one chat of all', 'the room "General" of the open lane'],
  ],
  way: [
    'Start the server, or take that of somebody else: `npm start`.',
    'On your machine: `npx sotto gateway --server http://localhost:5000 --port 5050`. It prints an address; open it in a browser, pick a name, talk.',
    'An old page that is no file in a browser goes on working, with the address of the gateway and the token that is printed beside it. In a browser the page of the gateway takes its place: a page from elsewhere is not let in, or any page could read along.',
    'The other person does the same on the other machine, with a gateway of their own.',
  ],
  program: {
    language: 'js',
    about:
      'An old page, as a program: it needs `socket.io-client`, the address of the gateway in `GATEWAY`, and its token in `TOKEN`.',
    text: `import { io } from 'socket.io-client'

const page = io(process.env.GATEWAY, { auth: { token: process.env.TOKEN } })

page.on('connect_error', ({ message }) => console.error(message))
page.on('connected', () => page.emit('user_login', { username: 'page-alice' }))
page.on('login_response', ({ success, error }) => {
  if (!success) return console.error(error)
  page.emit('chat_message', { message: 'see https://example.org: exit' })
})
page.on('chat_message', ({ sender, message, self }) => {
  console.log(\`\${self ? 'I' : sender}: \${message}\`)
  page.emit('logout')
})
page.on('logout_response', () => page.close())
`,
  },
  givenUp: [
    [
      'RSA keys that the proxy makes anew at each start',
      'the keys of an account are kept: others remember them, and are told when they change',
    ],
    ['AES in CBC or ECB without a tag', 'whoever is in between could change a message; AES-GCM notices it'],
    [
      'a server that keeps everybody’s public key and is believed',
      'a key is remembered at first sight, and another one is not believed without asking you',
    ],
    ['text as a command', 'a message may say `exit`, have a colon, and be a URL'],
  ],
}
