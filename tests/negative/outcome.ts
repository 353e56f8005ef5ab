import { SottoError } from '@sotto/client'

/** What became of something hostile, in the words of whoever met it. */
export type Outcome =
  /** It was told so: an answer of the server, or the error of a command. */
  | { readonly kind: 'refused'; readonly code: string; readonly rule: string | null }
  /** The device reads no further in this room: it is frozen, or takes its place anew. */
  | { readonly kind: 'stopped'; readonly code: string; readonly rule: string | null }
  /** The log goes on behind it, and nothing of it is shown. */
  | { readonly kind: 'ignored' }
  /** It is not used: the device asks the others for another way. */
  | { readonly kind: 'asked' }
  /** It stands in the timeline as something that could not be read. */
  | { readonly kind: 'unreadable' }
  /** It went through: no case of this table may end so. */
  | { readonly kind: 'accepted' }

export const refusedBy = async (work: () => Promise<unknown>): Promise<Outcome> => {
  try {
    await work()
    return { kind: 'accepted' }
  } catch (error) {
    if (!(error instanceof SottoError)) throw error
    const { rule } = error.detail
    return { kind: 'refused', code: error.code, rule: typeof rule === 'string' ? rule : null }
  }
}

/** One line, so that a case can be written down: `stopped policy C3a`. */
export const spelled = (outcome: Outcome): string => {
  switch (outcome.kind) {
    case 'refused':
    case 'stopped':
      return [outcome.kind, outcome.code, outcome.rule].filter((word) => word !== null).join(' ')
    case 'asked':
    case 'ignored':
    case 'unreadable':
    case 'accepted':
      return outcome.kind
  }
}
