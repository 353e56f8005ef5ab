import type { MemberView, RoomView } from '@sotto/client'
import type { RefObject } from 'react'
import { useTranslations } from 'use-intl'
import { useClient } from '../../client/ClientContext.tsx'
import { ConfirmDialog } from '../../client/ConfirmDialog.tsx'
import { isolated } from '../../ui/isolated.tsx'

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
  const client = useClient()
  return (
    <ConfirmDialog
      open={open}
      onClose={onClose}
      title={t.rich('removeTitle', { name: member.name, room: room.name, ...isolated })}
      description={t('removeText')}
      finalFocus={list}
      label={t('removeConfirm')}
      act={() => client.removeMember({ room: room.id, account: member.account })}
      onDone={onClose}
    />
  )
}
