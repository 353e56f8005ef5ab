import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A folder of its own for a journey, gone when the process of the tests ends. */
export const folderFor = (name: string): string => {
  const folder = mkdtempSync(join(tmpdir(), `sotto-${name}-`))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  return folder
}
