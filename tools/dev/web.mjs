/** Vite's server for the web client of `npm run dev`: the real client, and whose page it is decides who signs in. */
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { signedIn } from './signedIn.mjs'

/** The Vite of the web client, in whose directory this runs. */
const vite = createRequire(join(process.cwd(), 'package.json')).resolve('vite')
const { createServer } = await import(pathToFileURL(vite).href)

const port = Number(process.argv[2])
const server = await createServer({ plugins: [signedIn()], server: { port, strictPort: true } })
await server.listen()
