/** Whether the command key of this keyboard is ⌘ and not Ctrl. */
export const isMac = /Mac|iPhone|iPad/.test(navigator.platform)

const macNames: Readonly<Record<string, string>> = { Ctrl: '⌘', Alt: '⌥', Shift: '⇧' }

/** What stands on a key of this keyboard. */
export const keyName = (key: string): string => (isMac ? (macNames[key] ?? key) : key)

/** The keys that are pressed together. */
export const keysNamed = (...keys: readonly string[]): string => keys.map(keyName).join(isMac ? '' : ' ')
