import type { SlashSubject } from '@sotto/client'
import type { ReactElement, ReactNode } from 'react'
import { useFormatter, useTranslations } from 'use-intl'
import { FailureText } from '../../client/FailureText.tsx'
import type { Failure } from '../../client/failure.ts'
import styles from './Composer.module.css'
import type { TextSize } from './textSize.ts'

/** What stands under the field, until something else is written. */
export type Note =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'failed'; readonly failure: Failure }
  | { readonly kind: 'incomplete'; readonly command: string; readonly what: SlashSubject }
  | { readonly kind: 'unknown'; readonly command: string }
  /** What a command says. */
  | { readonly kind: 'said'; readonly note: ReactElement }

const bold = { b: (chunks: ReactNode) => <b>{chunks}</b> }

const SizeNote = ({ size }: { readonly size: TextSize }) => {
  const t = useTranslations('composer')
  const format = useFormatter()
  const bytes = (count: number): string =>
    format.number(count, { style: 'unit', unit: 'byte', unitDisplay: 'long' })
  switch (size.kind) {
    case 'too_long':
      return <span className={styles.wrong}>{t('over', { bytes: bytes(size.overBytes) })}</span>
    case 'nearly_full':
      return <span>{t('left', { bytes: bytes(size.leftBytes) })}</span>
    case 'empty':
    case 'fits':
      return null
  }
}

export const ComposerNote = ({ note, size }: { readonly note: Note; readonly size: TextSize }) => {
  const t = useTranslations('composer')
  switch (note.kind) {
    case 'nothing':
      return <SizeNote size={size} />
    case 'failed':
      return (
        <span className={styles.wrong}>
          <FailureText failure={note.failure} />
        </span>
      )
    case 'unknown':
      return (
        <span className={styles.wrong}>
          {t.rich('commandUnknown', { ...bold, command: note.command })} {t('commandSlash')}
        </span>
      )
    case 'incomplete':
      return (
        <span className={styles.wrong}>
          {t.rich('commandIncomplete', { ...bold, command: note.command, what: note.what })}
        </span>
      )
    case 'said':
      return note.note
  }
}
