import { useTranslations } from 'use-intl'
import { useClient } from '../../client/ClientContext.tsx'
import { FailureText } from '../../client/FailureText.tsx'
import { useAttempt } from '../../client/useAttempt.ts'
import { Button } from '../../ui/Button.tsx'
import { Dialog, DialogActions } from '../../ui/Dialog.tsx'
import { isolated } from '../../ui/isolated.tsx'
import { Notice } from '../../ui/Notice.tsx'

interface Parts {
  /** The invitation whose sender is meant. */
  readonly room: string
  readonly onClose: () => void
  readonly onBlocked: () => void
}

const Block = ({ room, onClose, onBlocked }: Parts) => {
  const t = useTranslations()
  const client = useClient()
  const { attempt, run } = useAttempt()
  const block = async () => {
    if (await run(() => client.block({ inviterOf: room }))) onBlocked()
  }
  return (
    <>
      {attempt.kind === 'failed' && (
        <Notice tone="danger" icon="warning" announce="at_once">
          <FailureText failure={attempt.failure} />
        </Notice>
      )}
      <DialogActions>
        <Button onClick={onClose}>{t('cancel')}</Button>
        <Button look="danger" busy={attempt.kind === 'busy'} onClick={() => void block()}>
          {t('invitation.blockConfirm')}
        </Button>
      </DialogActions>
    </>
  )
}

export const BlockDialog = ({
  name,
  open,
  ...parts
}: Parts & { readonly name: string; readonly open: boolean }) => {
  const t = useTranslations()
  return (
    <Dialog
      open={open}
      onClose={parts.onClose}
      title={t.rich('invitation.blockTitle', { name, ...isolated })}
      description={t('invitation.blockText')}
      closeLabel={t('close')}
      decision
    >
      <Block {...parts} />
    </Dialog>
  )
}
