import type { RoomView } from '@sotto/client'
import { useTranslations } from 'use-intl'
import { useClient } from '../../client/ClientContext.tsx'
import { FailureText } from '../../client/FailureText.tsx'
import { useAttempt } from '../../client/useAttempt.ts'
import { Button } from '../../ui/Button.tsx'
import { Dialog, DialogActions } from '../../ui/Dialog.tsx'
import { isolated } from '../../ui/isolated.tsx'
import { Notice } from '../../ui/Notice.tsx'

const LeaveRoom = ({ room, onClose, onLeft }: LeaveRoomProps & { readonly room: RoomView }) => {
  const t = useTranslations()
  const client = useClient()
  const { attempt, run } = useAttempt()
  const leave = async () => {
    if (await run(() => client.leave({ room: room.id }))) onLeft()
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
        <Button look="danger" busy={attempt.kind === 'busy'} onClick={() => void leave()}>
          {t('rooms.leaveConfirm')}
        </Button>
      </DialogActions>
    </>
  )
}

interface LeaveRoomProps {
  readonly onClose: () => void
  readonly onLeft: () => void
}

export const LeaveRoomDialog = ({
  room,
  open,
  ...rest
}: LeaveRoomProps & { readonly room: RoomView; readonly open: boolean }) => {
  const t = useTranslations()
  return (
    <Dialog
      open={open}
      onClose={rest.onClose}
      title={t.rich('rooms.leaveTitle', { room: room.name, ...isolated })}
      description={t('rooms.leaveText')}
      closeLabel={t('close')}
      decision
    >
      <LeaveRoom room={room} {...rest} />
    </Dialog>
  )
}
