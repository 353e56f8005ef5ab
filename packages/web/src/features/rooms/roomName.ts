import { limits } from '@sotto/client'

export const roomNameProblem = (name: string): 'nameMissing' | 'nameLong' | null => {
  const characters = [...name.trim()].length
  if (characters === 0) return 'nameMissing'
  return characters > limits.roomNameCharactersMax ? 'nameLong' : null
}
