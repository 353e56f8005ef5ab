import type { RoomView } from '@sotto/client'
import { useId } from 'react'
import type { KeyboardEvent } from 'react'
import { useTranslations } from 'use-intl'
import { Icon } from '../../ui/Icon.tsx'
import { isComposing } from '../../ui/isComposing.ts'
import { undirected } from '../../ui/undirected.ts'
import { useMedia } from '../../ui/useMedia.ts'
import { CommandList, optionId } from './CommandList.tsx'
import styles from './Composer.module.css'
import { ComposerNote } from './ComposerNote.tsx'
import { useCompletion } from './useCompletion.ts'
import { useField } from './useField.ts'
import { useSaying } from './useSaying.ts'

/** Whether a press of Enter sends: on a keyboard of glass it has no Shift beside it, makes a new line, and the button sends. */
const isSending = (event: KeyboardEvent, touch: boolean): boolean =>
  event.key === 'Enter' &&
  !event.shiftKey &&
  !event.altKey &&
  (!touch || event.ctrlKey || event.metaKey) &&
  !isComposing(event.nativeEvent)

const KeysHint = ({ shown }: { readonly shown: boolean }) => {
  const t = useTranslations('composer')
  return (
    <p className={styles.keys} data-shown={shown} aria-hidden="true">
      {t('keys', { enter: 'Enter', newline: 'Shift + Enter' })}
    </p>
  )
}

/** Where one writes. */
export const Composer = ({ room }: { readonly room: RoomView }) => {
  const t = useTranslations('composer')
  const noteId = useId()
  const listId = useId()
  const { text, size, ready, note, change, send } = useSaying(room)
  const field = useField(text)
  const touch = useMedia('(hover: none) and (pointer: coarse)')
  const { completions, active, onKey, complete, setFocused } = useCompletion(room, text, change)
  const listed = completions.length > 0

  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (!isComposing(event.nativeEvent) && onKey(event)) {
      event.preventDefault()
      event.stopPropagation()
    } else if (isSending(event, touch)) {
      event.preventDefault()
      void send()
    }
  }

  return (
    <form
      className={styles.composer}
      onSubmit={(event) => {
        event.preventDefault()
        void send()
        field.current?.focus()
      }}
    >
      {listed && <CommandList id={listId} completions={completions} active={active} onTake={complete} />}
      <div className={styles.frame} data-wrong={size.kind === 'too_long'}>
        <textarea
          ref={field}
          className={styles.field}
          rows={1}
          value={text}
          placeholder={t('placeholder', { room: undirected(room.name) })}
          aria-label={t('label', { room: undirected(room.name) })}
          aria-describedby={noteId}
          aria-invalid={size.kind === 'too_long' || undefined}
          enterKeyHint={touch ? 'enter' : 'send'}
          dir="auto"
          aria-autocomplete="list"
          aria-controls={listed ? listId : undefined}
          aria-activedescendant={listed ? optionId(listId, active) : undefined}
          onFocus={() => setFocused(true)}
          onBlur={() => setFocused(false)}
          onChange={(event) => change(event.currentTarget.value)}
          onKeyDown={onKeyDown}
        />
        <button
          type="submit"
          className={styles.send}
          aria-label={t('send')}
          disabled={!ready}
          title={t('send')}
        >
          <Icon name="send" />
        </button>
      </div>
      <div className={styles.under}>
        <p className={styles.note} id={noteId} role="status">
          <ComposerNote note={note} size={size} />
        </p>
        {!touch && <KeysHint shown={text !== ''} />}
      </div>
    </form>
  )
}
