/** Writes the pages of the SDK anew: `node tests/bots/writeSdkPages.ts`, then `npx oxfmt docs/api/sdk`. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { sdkPages } from './sdkPages.ts'

const root = new URL('../../', import.meta.url)
mkdirSync(new URL('docs/api/sdk/', root), { recursive: true })
for (const { path, text } of sdkPages()) writeFileSync(new URL(path, root), text)
