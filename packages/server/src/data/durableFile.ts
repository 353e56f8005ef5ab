import { open, rename } from 'node:fs/promises'
import { join } from 'node:path'

const fileMode = 0o600

const syncDirectory = async (path: string): Promise<void> => {
  // Windows opens no directories.
  if (process.platform === 'win32') return
  const directory = await open(path, 'r')
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}

/** Writes a file that only its owner may read: whole or not at all, also when the machine dies in between. */
export const writeDurably = async (
  directory: string,
  name: string,
  content: string | Uint8Array,
): Promise<void> => {
  const temporary = join(directory, `${name}.new`)
  const file = await open(temporary, 'w', fileMode)
  try {
    await file.writeFile(content)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(temporary, join(directory, name))
  await syncDirectory(directory)
}
