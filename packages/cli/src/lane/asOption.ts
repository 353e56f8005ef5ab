/** For every command that acts in the name of an account. */
export const asOption = [
  '--as <name>',
  'which program of this profile; not needed if it has only one',
] as const

export interface AsOption {
  readonly as?: string
}
