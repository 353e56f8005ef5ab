import { limits, type NameReason, titleOf } from '@sotto/client'

export const roomNameProblem = (name: string): 'nameMissing' | 'nameLong' | NameReason | null => {
  const read = titleOf(name, limits.roomNameCharactersMax)
  if (read.kind === 'title') return null
  switch (read.problem) {
    case 'empty':
      return name.trim() === '' ? 'nameMissing' : 'empty'
    case 'long':
      return 'nameLong'
    default:
      return read.problem
  }
}
