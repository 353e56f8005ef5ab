import { statSync } from 'node:fs'
import { delimiter, join } from 'node:path'

export const isFile = (path) => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false

/** The first of these programs that is on the path, in the order of the path. */
export const onPath = (wanted) =>
  (process.env.PATH ?? '')
    .split(delimiter)
    .flatMap((directory) => wanted.map((name) => join(directory, name)))
    .find(isFile)
