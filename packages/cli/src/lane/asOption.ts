/** For every command that acts in the name of an account. */
export const asOption = ['--as <name>', 'which program of this profile; not needed where it has one'] as const

export interface AsOption {
  readonly as?: string
}
