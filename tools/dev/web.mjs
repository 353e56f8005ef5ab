/** Vite's server for the web client of `npm run dev`: the real client, and whose page it is decides who signs in. */
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { viteDirectory } from '../web.mjs'
import { signedIn } from './signedIn.mjs'

const { createServer } = await import(pathToFileURL(join(viteDirectory(), 'dist/node/index.js')).href)

const port = Number(process.argv[2])
const server = await createServer({ plugins: [signedIn()], server: { port, strictPort: true } })
await server.listen()
