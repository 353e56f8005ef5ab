import { useState } from 'react'
import type { KeyboardEvent } from 'react'
import { useTranslations } from 'use-intl'
import type { PanelProps } from '../../registry/messageAction.ts'
import { found, nameOf, quick } from './choices.ts'
import { canReact, reactWith } from './react.ts'
import styles from './ReactionPicker.module.css'
import { useReactions } from './useReactions.ts'

const columns = 8

const steps: Readonly<Record<string, number>> = {
  ArrowLeft: -1,
  ArrowRight: 1,
  ArrowUp: -columns,
  ArrowDown: columns,
}

/** Where an arrow leads: between the common emoji, the field and those that were found, a line is one step. */
const stepFrom = (at: number, field: number, step: number): number => {
  if (Math.abs(step) === 1) return at + step
  if (at < field) return step > 0 ? field : at
  if (at === field) return field + Math.sign(step)
  return at + step <= field ? field : at + step
}

const moveFocus = (event: KeyboardEvent<HTMLElement>): void => {
  const step = steps[event.key]
  const isField = event.target instanceof HTMLInputElement
  // The field has left and right for itself.
  if (step === undefined || (isField && Math.abs(step) === 1)) return
  const all = [...event.currentTarget.querySelectorAll<HTMLElement>('[data-emoji], input')]
  const field = all.findIndex((one) => one instanceof HTMLInputElement)
  const next = stepFrom(all.indexOf(event.target as HTMLElement), field, step)
  event.preventDefault()
  all[Math.max(0, Math.min(all.length - 1, next))]?.focus()
}

const ReadyEmoji = ({
  emoji,
  isOwn,
  onPick,
}: {
  readonly emoji: string
  readonly isOwn: boolean
  readonly onPick: (emoji: string) => void
}) => {
  const name = nameOf(emoji)
  return (
    <button
      type="button"
      className={styles.emoji}
      data-emoji={emoji}
      aria-pressed={isOwn}
      aria-label={name === emoji ? emoji : `${emoji} ${name}`}
      title={name}
      onClick={() => onPick(emoji)}
    >
      {emoji}
    </button>
  )
}

/** The common emoji, and all others by their names. */
export const ReactionPicker = ({ target, act, onClose }: PanelProps) => {
  const t = useTranslations('reactions')
  const [text, setText] = useState('')
  const shown = useReactions(target.item, canReact(target))
  const own = new Set(shown.flatMap(({ emoji, own: isOwn }) => (isOwn ? [emoji] : [])))
  const all = found(text)
  const pick = (emoji: string) => {
    onClose()
    act(reactWith(emoji, !own.has(emoji)))
  }
  return (
    <div className={styles.picker} onKeyDown={moveFocus}>
      <div className={styles.quick} role="group" aria-label={t('common')}>
        {quick.map((emoji) => (
          <ReadyEmoji key={emoji} emoji={emoji} isOwn={own.has(emoji)} onPick={pick} />
        ))}
      </div>
      <input
        className={styles.field}
        type="search"
        aria-label={t('search')}
        placeholder={t('search')}
        autoComplete="off"
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          const [first] = all
          if (event.key !== 'Enter' || event.nativeEvent.isComposing || text.trim() === '' || !first) return
          event.preventDefault()
          pick(first)
        }}
      />
      <div className={styles.found} role="group" aria-label={t('found', { count: all.length })}>
        {all.map((emoji) => (
          <ReadyEmoji key={emoji} emoji={emoji} isOwn={own.has(emoji)} onPick={pick} />
        ))}
        {all.length === 0 && (
          <p className={styles.nothing} role="status">
            {t('nothing')}
          </p>
        )}
      </div>
    </div>
  )
}
