import { titleOf } from '@sotto/protocol'
import { refuse } from '../failure.ts'

/** @throws OpenRefusal `NAME_REQUIRED`, `NAME_INVALID` */
export const nameOf = (given: string, charactersMax: number): string => {
  const read = titleOf(given, charactersMax)
  if (read.kind === 'title') return read.title
  const { problem } = read
  return refuse(problem === 'empty' || problem === 'long' ? 'NAME_REQUIRED' : 'NAME_INVALID', problem)
}

/** As names were stored when more of them were taken: a room from then is still reached by its name. */
export const formOfBefore = (given: string): string => given.normalize('NFKC').trim()

/** What a public room is found by: two rooms whose names only differ in case would be taken for each other. */
export const publicName = (name: string): string => `public/${name.toLowerCase()}`
