/** Draws the phases of a room in ARCHITECTURE.md anew: `node tests/architecture/drawPhases.ts`, then `npx oxfmt ARCHITECTURE.md`. */
import { readFileSync, writeFileSync } from 'node:fs'
import { withPhases } from './phases.ts'

const page = new URL('../../ARCHITECTURE.md', import.meta.url)
writeFileSync(page, withPhases(readFileSync(page, 'utf8')))
