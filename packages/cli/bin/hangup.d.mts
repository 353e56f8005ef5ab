export const outlivesTerminal: () => boolean
export const signalsToEnd: () => NodeJS.Signals[]
export const ignoreHangup: () => void
