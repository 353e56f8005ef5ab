import type { MemberView, RoomView } from '@sotto/client'
import type { RefObject } from 'react'
import { useTranslations } from 'use-intl'
import { useClient } from '../../client/ClientContext.tsx'
import { FailureText } from '../../client/FailureText.tsx'
import { useAttempt } from '../../client/useAttempt.ts'
import { Button } from '../../ui/Button.tsx'
import { Dialog, DialogActions } from '../../ui/Dialog.tsx'
import { isolated } from '../../ui/isolated.tsx'
import { Notice } from '../../ui/Notice.tsx'

/** Asks before somebody is taken out of a room. */
export const RemoveMemberDialog = ({
  room,
  member,
  list,
  open,
  onClose,
}: {
  readonly room: RoomView
  readonly member: MemberView
  /** Takes the focus afterwards: the row from which one came is gone with the member. */
  readonly list: RefObject<HTMLElement | null>
  readonly open: boolean
  readonly onClose: () => void
}) => {
  const t = useTranslations('members')
  const close = useTranslations()('close')
  const cancel = useTranslations()('cancel')
  const client = useClient()
  const { attempt, run } = useAttempt()
  const remove = async () => {
    if (await run(() => client.removeMember({ room: room.id, account: member.account }))) onClose()
  }
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={t.rich('removeTitle', { name: member.name, room: room.name, ...isolated })}
      description={t('removeText')}
      closeLabel={close}
      finalFocus={list}
      decision
    >
      {attempt.kind === 'failed' && (
        <Notice tone="danger" icon="warning" announce="at_once">
          <FailureText failure={attempt.failure} />
        </Notice>
      )}
      <DialogActions>
        <Button onClick={onClose}>{cancel}</Button>
        <Button look="danger" busy={attempt.kind === 'busy'} onClick={() => void remove()}>
          {t('removeConfirm')}
        </Button>
      </DialogActions>
    </Dialog>
  )
}
