import { useTranslations } from 'use-intl'
import { AnchoredMenu, MenuItem } from '../../../ui/Menu.tsx'
import { Popover } from '../../../ui/Popover.tsx'
import { useObserved } from '../../../ui/observed.ts'
import type { Opened } from './attention.ts'
import { makeFocusable, messageElement } from './messageElements.ts'
import { useMessageActions } from './MessageActions.tsx'

type OpenedMenu = Extract<Opened, { kind: 'menu' }>
type OpenedPanel = Extract<Opened, { kind: 'panel' }>

/** Closes what is open, unless something else has been opened in its place. */
const useClose = (opened: Opened) => {
  const { attention } = useMessageActions()
  return () => {
    const now = attention.get()
    if (now.opened === opened) attention.set({ ...now, opened: { kind: 'nothing' } })
  }
}

/** Where the focus goes from what has been open: who came by key is at the message, who came otherwise was elsewhere. */
const returnFocus = ({ id, by, anchor }: OpenedMenu | OpenedPanel): HTMLElement | false => {
  if (by === 'key') {
    const message = messageElement(id)
    return message === null ? false : makeFocusable(message)
  }
  return anchor.closest<HTMLElement>('[role="region"]') ?? false
}

const Menu = ({ opened }: { readonly opened: OpenedMenu }) => {
  const t = useTranslations()
  const actions = useMessageActions()
  const close = useClose(opened)
  return (
    <AnchoredMenu
      anchor={opened.anchor}
      label={t('messageActions.bar')}
      byKey={opened.by === 'key'}
      onClose={close}
      finalFocus={() => returnFocus(opened)}
    >
      {actions.offered(opened.id).map((action) => (
        <MenuItem
          key={action.id}
          icon={action.icon}
          danger={action.danger ?? false}
          shortcut={opened.by === 'key' && action.key !== null ? action.key.toUpperCase() : undefined}
          onSelect={() => {
            close()
            actions.perform(action, opened.id, opened.anchor, opened.by)
          }}
        >
          {action.label(t)}
        </MenuItem>
      ))}
    </AnchoredMenu>
  )
}

const Panel = ({ opened }: { readonly opened: OpenedPanel }) => {
  const t = useTranslations()
  const actions = useMessageActions()
  const close = useClose(opened)
  const target = actions.target(opened.id)
  const action = actions.offered(opened.id).find(({ id }) => id === opened.action)
  if (target === null || action?.deed.kind !== 'panel') return null
  const { Panel: Content } = action.deed
  return (
    <Popover
      anchor={opened.anchor}
      label={action.label(t)}
      onClose={close}
      finalFocus={() => returnFocus(opened)}
    >
      <Content target={target} act={(work) => actions.act(opened.id, work)} onClose={close} />
    </Popover>
  )
}

/** The menu of a message, or the panel of one of its actions: there is never more than one. */
export const MessageMenu = () => {
  const { attention } = useMessageActions()
  const opened = useObserved(attention, (now) => now.opened)
  switch (opened.kind) {
    case 'nothing':
      return null
    case 'menu':
      return <Menu opened={opened} />
    case 'panel':
      return <Panel opened={opened} />
  }
}
