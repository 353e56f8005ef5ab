import { accountNameProblems } from './accountName.ts'
import { titleProblems } from './title.ts'

/** Why a name is refused, of an account or of anything else, in words that quote nothing of it. */
export const nameReasons = { ...titleProblems, ...accountNameProblems } as const

export type NameReason = keyof typeof nameReasons

/** The reason that a failure carries: of `name_invalid` and `title_invalid`, and of their kin on the open lane. */
export const nameReasonIn = (detail: { readonly [key: string]: unknown }): NameReason | undefined => {
  const { reason } = detail
  return typeof reason === 'string' && Object.hasOwn(nameReasons, reason) ? (reason as NameReason) : undefined
}
