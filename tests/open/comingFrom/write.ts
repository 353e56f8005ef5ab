/** Writes the pages for who comes from elsewhere anew: `node tests/open/comingFrom/write.ts`, then `npx oxfmt docs/coming-from`. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { origins } from '../../../packages/server/src/open/documents/comingFrom/index.ts'
import { markdownIndex, markdownOf } from './markdown.ts'

const folder = new URL('../../../docs/coming-from/', import.meta.url)
mkdirSync(folder, { recursive: true })
writeFileSync(new URL('README.md', folder), markdownIndex(origins))
for (const one of origins) writeFileSync(new URL(`${one.id}.md`, folder), markdownOf(one))
