interface Press {
  readonly isComposing: boolean
  readonly keyCode: number
}

/** An input method that is choosing among its words has every key, Enter too; older browsers tell by the key code alone. */
export const isComposing = (press: Press): boolean => press.isComposing || press.keyCode === 229
