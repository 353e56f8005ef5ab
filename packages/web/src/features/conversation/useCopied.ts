import type { ClipboardEvent } from 'react'
import { useFormatter, useTranslations } from 'use-intl'
import { clock } from '../../ui/times.ts'
import { copiedText } from './copied.ts'
import type { Headed } from './copied.ts'
import type { Row } from './rows.ts'

/** Puts what is selected of a conversation into the clipboard as one would write it down: no time twice, no labels. */
export const useCopied = (rows: readonly Row[]) => {
  const t = useTranslations('conversation')
  const hook = useTranslations('hook')
  const format = useFormatter()

  const headed: Headed = ({ kind, item }) => {
    const time = format.dateTime(item.timeMs, clock)
    if (kind === 'hook') return `${hook('spoken', { name: item.name })}, ${time}`
    const { name, isBot } = item.sender
    return `${isBot ? t('botName', { name }) : name}, ${time}`
  }

  return (event: ClipboardEvent<HTMLElement>) => {
    const selection = getSelection()
    if (selection === null || selection.isCollapsed) return
    const text = copiedText(event.currentTarget, rows, selection.getRangeAt(0), headed)
    if (text === null) return
    event.clipboardData.setData('text/plain', text)
    event.preventDefault()
  }
}
