import { Dialog as Base } from '@base-ui/react/dialog'
import { useRef } from 'react'
import type { ReactNode, RefObject } from 'react'
import { classes } from './classes.ts'
import styles from './Dialog.module.css'
import { IconButton } from './IconButton.tsx'

export interface DialogProps {
  readonly open: boolean
  readonly onClose: () => void
  readonly title: ReactNode
  readonly description?: ReactNode
  readonly closeLabel: string
  /** `sheet` slides in from the side and is as high as the window. */
  readonly shape?: 'card' | 'wide' | 'sheet'
  /** Asks for a decision: a press beside it does not close it. */
  readonly decision?: boolean
  /** Is there to be read: the focus goes to the whole of it, not to its first control. */
  readonly reading?: boolean
  readonly initialFocus?: RefObject<HTMLElement | null>
  /** Where the focus goes afterwards, if what it was opened from may be gone by then. */
  readonly finalFocus?: RefObject<HTMLElement | null>
  readonly children: ReactNode
}

/** Keeps the focus inside while it is open, and gives it back. */
export const Dialog = ({
  open,
  onClose,
  title,
  description,
  closeLabel,
  shape = 'card',
  decision = false,
  reading = false,
  initialFocus,
  finalFocus,
  children,
}: DialogProps) => {
  const body = useRef<HTMLDivElement>(null)
  const first = reading ? body : initialFocus
  return (
    <Base.Root
      open={open}
      onOpenChange={(next) => {
        if (!next) onClose()
      }}
      disablePointerDismissal={decision}
    >
      <Base.Portal>
        {/* Also between a dialog and the one it was opened from. */}
        <Base.Backdrop className={styles.veil} forceRender />
        <Base.Popup
          className={classes(styles.popup, styles[shape])}
          {...(first ? { initialFocus: first } : {})}
          {...(finalFocus ? { finalFocus } : {})}
          {...(decision ? { role: 'alertdialog' } : {})}
        >
          <Base.Title className={styles.title}>{title}</Base.Title>
          {/* What is there to be read can be scrolled by key. */}
          <div ref={body} className={styles.body} {...(reading ? { tabIndex: 0 } : {})}>
            {description && <Base.Description className={styles.description}>{description}</Base.Description>}
            {children}
          </div>
          {/* Last in order, so that the focus begins with what the dialog is about. */}
          <Base.Close render={<IconButton className={styles.close} label={closeLabel} icon="close" />} />
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  )
}

/** The row of buttons a dialog ends with; the one that does it comes last. */
export const DialogActions = ({ children }: { readonly children: ReactNode }) => (
  <div className={styles.actions}>{children}</div>
)
