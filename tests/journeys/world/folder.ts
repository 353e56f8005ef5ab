import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const folders: string[] = []
process.once('exit', () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

/** A folder of its own for a journey, gone when the process of the tests ends. */
export const folderFor = (name: string): string => {
  const folder = mkdtempSync(join(tmpdir(), `sotto-${name}-`))
  folders.push(folder)
  return folder
}
