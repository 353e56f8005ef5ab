import { Option } from 'commander'
import { dataPlace, thisMachine } from '../dataPlace.ts'
import { updateWords } from './update.ts'

export interface DataOptions {
  readonly data: string
}

/** Where the data of the server are that runs on this machine, or would. */
export const dataOption = (): Option =>
  new Option(
    '--data <directory>',
    'where all data is kept; by default the system’s place for data (SOTTO_DATA)',
  ).default(process.env['SOTTO_DATA'] || '')

/**
 * The data that a command of the host is about.
 *
 * @param publicUrl where people open the server, if the host says so
 */
export const dataOf = ({ data }: DataOptions, publicUrl: string | null = null) => {
  const { path: dataDirectory } = dataPlace(data, thisMachine())
  const tellUpdate = updateWords(dataDirectory, (text) => void process.stderr.write(`${text}\n`))
  return { dataDirectory, publicUrl, tellUpdate }
}
