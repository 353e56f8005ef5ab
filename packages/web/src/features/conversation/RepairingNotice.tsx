import type { RoomState, RoomView } from '@sotto/client'
import { useTranslations } from 'use-intl'
import { useWorkspace } from '../../registry/Workspace.tsx'
import { Button } from '../../ui/Button.tsx'
import { Spinner } from '../../ui/Spinner.tsx'
import { useMembers } from '../../client/useMembers.ts'
import styles from './RepairingNotice.module.css'
import { troubleOf } from '../../client/trouble.ts'

/** For an owner whose room has nobody who could let the device in. */
const OwnersWay = ({ room }: { readonly room: RoomView }) => {
  const t = useTranslations('conversation')
  const { ways } = useWorkspace()
  const { members } = useMembers(room.id, room.memberCount)
  const isOwner = members.kind === 'ready' && members.members.some(({ own, role }) => own && role === 'owner')
  if (!isOwner) return null
  return (
    <div className={styles.way}>
      <p>{t('repairingOwner')}</p>
      <Button size="small" onClick={() => ways.open('refound')}>
        {t('frozenRefound')}
      </Button>
    </div>
  )
}

/** The device takes its place again by itself: how far it is, why it lost it, and what becomes of what is written. */
export const RepairingNotice = ({
  room,
  state: { code, rule, step },
}: {
  readonly room: RoomView
  readonly state: Extract<RoomState, { kind: 'repairing' }>
}) => {
  const t = useTranslations('conversation')
  const happened = useTranslations('trouble.happened')
  return (
    <div className={styles.notice}>
      <Spinner size={18} />
      <div className={styles.words}>
        <p className={styles.step}>{t(`repairing.${step}`)}</p>
        <p>
          {happened(troubleOf(code, rule))} {t('repairingWrite')}
        </p>
        {step === 'asking' && <OwnersWay room={room} />}
      </div>
    </div>
  )
}
