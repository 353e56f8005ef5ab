import type { RoomView } from '@sotto/client'
import { useEffect, useId, useImperativeHandle, useLayoutEffect, useRef, useState } from 'react'
import type { KeyboardEvent, ReactNode, Ref } from 'react'
import { useFormatter, useTranslations } from 'use-intl'
import { useClient } from '../../client/ClientContext.tsx'
import { FailureText } from '../../client/FailureText.tsx'
import { failureOf } from '../../client/failure.ts'
import type { Failure } from '../../client/failure.ts'
import { Icon } from '../../ui/Icon.tsx'
import { isComposing } from '../../ui/isComposing.ts'
import { undirected } from '../../ui/undirected.ts'
import { useMedia } from '../../ui/useMedia.ts'
import { isolated } from '../../ui/isolated.tsx'
import { CommandList, optionId } from './CommandList.tsx'
import styles from './Composer.module.css'
import { draftInHand } from './drafts.ts'
import { textSize } from './textSize.ts'
import { useCompletion } from './useCompletion.ts'
import { useDraft } from './useDraft.ts'
import { Arriving } from '../../client/Arriving.tsx'
import { type SlashActions, type Spoken, useSlash } from './useSlash.ts'

export interface ComposerHandle {
  readonly focus: () => void
}

/** What stands under the field, until something else is written. */
type Told =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'failed'; readonly failure: Failure }
  | { readonly kind: 'inviting' }
  | Exclude<Spoken, { kind: 'text' | 'done' }>

const bold = { b: (chunks: ReactNode) => <b>{chunks}</b> }

/** Whether a key belongs to what has the focus: a control has uses for it, the page and its parts have none. */
const isWantedElsewhere = (): boolean =>
  document.activeElement !== document.body && !document.activeElement?.matches('main, [role="region"]')

/** Where one writes. */
export const Composer = ({
  ref,
  room,
  ...actions
}: SlashActions & { readonly ref: Ref<ComposerHandle>; readonly room: RoomView }) => {
  const t = useTranslations('composer')
  const format = useFormatter()
  const client = useClient()
  const field = useRef<HTMLTextAreaElement>(null)
  const noteId = useId()
  const listId = useId()
  const { text, write, show, save } = useDraft(room.id, room.draft)
  const [told, setTold] = useState<Told>({ kind: 'nothing' })
  const speak = useSlash(room, { ...actions, onInviting: () => setTold({ kind: 'inviting' }) })
  // On a keyboard of glass, Enter has no Shift beside it: it makes a new line, and the button sends.
  const touch = useMedia('(hover: none) and (pointer: coarse)')
  const size = textSize(text)
  const change = (next: string) => {
    setTold({ kind: 'nothing' })
    write(next)
  }
  const { completions, active, onKey, complete, setFocused } = useCompletion(room, text, change)
  const ready = size.kind === 'fits' || size.kind === 'nearly_full'

  useImperativeHandle(ref, () => ({ focus: () => field.current?.focus() }))

  useEffect(() => {
    const element = field.current
    if (element === null) return
    // One goes on where one has stopped.
    element.setSelectionRange(element.value.length, element.value.length)
    if (!matchMedia('(hover: none)').matches) element.focus({ preventScroll: true })
  }, [])

  useLayoutEffect(() => {
    const element = field.current
    if (element === null) return
    element.style.height = 'auto'
    element.style.height = `${element.scrollHeight}px`
  }, [text])

  // What is typed while nothing has the focus is meant for here.
  useEffect(() => {
    const listen = (event: globalThis.KeyboardEvent) => {
      const plain = event.key.length === 1 && event.key !== ' ' && event.key !== '?'
      if (!plain || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return
      if (isWantedElsewhere()) return
      field.current?.focus()
    }
    addEventListener('keydown', listen)
    return () => removeEventListener('keydown', listen)
  }, [])

  /** The words come back into the field, before what has been written meanwhile. */
  const giveBack = (failure: Failure) => {
    setTold({ kind: 'failed', failure })
    const since = draftInHand(room.id) ?? ''
    write(since === '' ? text : `${text}\n${since}`)
  }

  const send = async () => {
    if (!ready) return
    setTold({ kind: 'nothing' })
    // The stored draft goes when the message is stored: a tab that dies in between must not take the words along.
    show('')
    try {
      const spoken = await speak(text)
      if (spoken.kind === 'text') await client.send({ room: room.id, text: spoken.text })
      if (spoken.kind === 'incomplete' || spoken.kind === 'unknown') write(text)
      else {
        write(draftInHand(room.id) ?? '')
        save()
      }
      if (spoken.kind !== 'text' && spoken.kind !== 'done') setTold(spoken)
    } catch (error) {
      giveBack(failureOf(error))
    }
  }

  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    const composing = isComposing(event.nativeEvent)
    if (!composing && onKey(event)) {
      event.preventDefault()
      event.stopPropagation()
      return
    }
    if (event.key !== 'Enter' || composing || event.shiftKey || event.altKey) return
    if (touch && !event.ctrlKey && !event.metaKey) return
    event.preventDefault()
    void send()
  }

  const bytes = (count: number): string =>
    format.number(count, { style: 'unit', unit: 'byte', unitDisplay: 'long' })

  const note = () => {
    switch (told.kind) {
      case 'failed':
        return (
          <span className={styles.wrong}>
            <FailureText failure={told.failure} />
          </span>
        )
      case 'unknown':
        return (
          <span className={styles.wrong}>
            {t.rich('commandUnknown', { ...bold, command: told.command })} {t('commandSlash')}
          </span>
        )
      case 'incomplete':
        return (
          <span className={styles.wrong}>
            {t.rich('commandIncomplete', { ...bold, command: told.command, what: told.what })}
          </span>
        )
      case 'inviting':
        return <Arriving>{(words) => words}</Arriving>
      case 'invited':
        return t.rich('invited', { ...isolated, name: told.name })
      case 'nothing':
    }
    if (size.kind === 'too_long')
      return <span className={styles.wrong}>{t('over', { bytes: bytes(size.overBytes) })}</span>
    if (size.kind === 'nearly_full') return t('left', { bytes: bytes(size.leftBytes) })
    return null
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
      {completions.length > 0 && (
        <CommandList id={listId} completions={completions} active={active} onTake={complete} />
      )}
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
          aria-controls={completions.length > 0 ? listId : undefined}
          aria-activedescendant={completions.length > 0 ? optionId(listId, active) : undefined}
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
          {note()}
        </p>
        {!touch && (
          <p className={styles.keys} data-shown={text !== ''} aria-hidden="true">
            {t('keys', { enter: 'Enter', newline: 'Shift + Enter' })}
          </p>
        )}
      </div>
    </form>
  )
}
