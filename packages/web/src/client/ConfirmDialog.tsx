import { useTranslations } from 'use-intl'
import { Button } from '../ui/Button.tsx'
import { Dialog, DialogActions } from '../ui/Dialog.tsx'
import type { DialogProps } from '../ui/Dialog.tsx'
import { FailureNotice } from './FailureNotice.tsx'
import { useAttempt } from './useAttempt.ts'

interface Decision {
  /** What the button does. */
  readonly label: string
  readonly act: () => Promise<unknown>
  readonly onDone?: () => void
  readonly onClose: () => void
  /** `primary` for what can be taken back. */
  readonly look?: 'danger' | 'primary'
}

const Actions = ({ label, act, onDone, onClose, look = 'danger' }: Decision) => {
  const t = useTranslations()
  const { attempt, run } = useAttempt()
  const confirm = async () => {
    if (await run(act)) onDone?.()
  }
  return (
    <>
      <FailureNotice attempt={attempt} />
      <DialogActions>
        <Button onClick={onClose}>{t('cancel')}</Button>
        <Button look={look} busy={attempt.kind === 'busy'} onClick={() => void confirm()}>
          {label}
        </Button>
      </DialogActions>
    </>
  )
}

/** Asks before something is done that cannot be taken back; a failure is said above the buttons. */
export const ConfirmDialog = ({
  label,
  act,
  onDone,
  look,
  ...dialog
}: Decision & Pick<DialogProps, 'open' | 'title' | 'description' | 'finalFocus'>) => {
  const t = useTranslations()
  return (
    <Dialog {...dialog} closeLabel={t('close')} decision>
      <Actions
        label={label}
        act={act}
        onClose={dialog.onClose}
        {...(onDone ? { onDone } : {})}
        {...(look ? { look } : {})}
      />
    </Dialog>
  )
}
