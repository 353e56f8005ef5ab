/** Vite's server for the web client of `npm run dev`: the real client, and whose page it is decides who signs in. */
import { createServer } from 'vite'
import { signedIn } from './signedIn.mjs'

const port = Number(process.argv[2])
const server = await createServer({ plugins: [signedIn()], server: { port, strictPort: true } })
await server.listen()
