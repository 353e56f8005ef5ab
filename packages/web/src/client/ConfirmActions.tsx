import { useTranslations } from 'use-intl'
import { Button } from '../ui/Button.tsx'
import { DialogActions } from '../ui/Dialog.tsx'
import { FailureNotice } from './FailureNotice.tsx'
import { useAttempt } from './useAttempt.ts'

/** The end of a dialog that asks before something is done that cannot be taken back; a failure is said above the buttons. */
export const ConfirmActions = ({
  label,
  act,
  onDone,
  onClose,
}: {
  /** What the button does. */
  readonly label: string
  readonly act: () => Promise<unknown>
  readonly onDone?: () => void
  readonly onClose: () => void
}) => {
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
        <Button look="danger" busy={attempt.kind === 'busy'} onClick={() => void confirm()}>
          {label}
        </Button>
      </DialogActions>
    </>
  )
}
