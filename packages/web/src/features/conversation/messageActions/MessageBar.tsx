import { useRef } from 'react'
import type { KeyboardEvent } from 'react'
import { useTranslations } from 'use-intl'
import { IconButton } from '../../../ui/IconButton.tsx'
import { useObserved } from '../../../ui/observed.ts'
import { attended } from './attention.ts'
import type { OpenedBy } from './attention.ts'
import { useMessageActions } from './MessageActions.tsx'
import styles from './MessageBar.module.css'

/** The next or previous button of the bar, going round at its ends. */
const moveWithin = (bar: HTMLElement, event: KeyboardEvent): void => {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key]
  if (step === undefined) return
  const buttons = [...bar.querySelectorAll('button')]
  const at = buttons.findIndex((button) => button === document.activeElement)
  event.preventDefault()
  buttons.at((at + step) % buttons.length)?.focus()
}

/** A press by key tells no place of the pointer. */
const openedBy = ({ detail }: { readonly detail: number }): OpenedBy => (detail === 0 ? 'key' : 'pointer')

const Bar = ({ id }: { readonly id: string }) => {
  const t = useTranslations()
  const actions = useMessageActions()
  const bar = useRef<HTMLDivElement>(null)
  const opened = useObserved(actions.attention, (attention) => attention.opened)
  const focused = useObserved(actions.attention, (attention) => attention.focused === id)
  const offered = actions.offered(id)
  const shown = offered.filter(({ place }) => place === 'bar')
  if (offered.length === 0) return null
  const open = (anchor: HTMLElement, by: OpenedBy) =>
    actions.attention.set({ ...actions.attention.get(), opened: { kind: 'menu', id, anchor, by } })
  // The tab key comes here from the message itself, and passes by what only the pointer has brought up.
  const tabIndex = focused ? 0 : -1
  return (
    <div className={styles.place}>
      <div
        ref={bar}
        className={styles.bar}
        role="toolbar"
        aria-label={t('messageActions.bar')}
        tabIndex={-1}
        onKeyDown={(event) => bar.current && moveWithin(bar.current, event)}
        // The pointer presses without taking the focus from where one writes.
        onMouseDown={(event) => event.preventDefault()}
      >
        {shown.map((action) => (
          <IconButton
            key={action.id}
            className={styles.button}
            label={action.label(t)}
            icon={action.icon}
            tabIndex={tabIndex}
            {...(action.deed.kind === 'panel'
              ? { 'aria-expanded': opened.kind === 'panel' && opened.action === action.id }
              : {})}
            onClick={(event) => actions.perform(action, id, event.currentTarget, openedBy(event))}
          />
        ))}
        {offered.length > shown.length && (
          <IconButton
            className={styles.button}
            label={t('messageActions.more')}
            icon="more"
            tabIndex={tabIndex}
            aria-haspopup="menu"
            aria-expanded={opened.kind === 'menu'}
            onClick={(event) => open(event.currentTarget, openedBy(event))}
          />
        )}
      </div>
    </div>
  )
}

/** What can be done with a message, beside the one that the pointer rests on or that has the focus. */
export const MessageBar = ({ id }: { readonly id: string }) => {
  const { attention } = useMessageActions()
  const shown = useObserved(attention, (now) => attended(now) === id)
  return shown ? <Bar id={id} /> : null
}
