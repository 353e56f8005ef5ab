import type { useTranslations } from 'use-intl'

/** The texts of the interface, by their whole names. */
export type Translate = ReturnType<typeof useTranslations<never>>
