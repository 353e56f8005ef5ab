import type { IdentityView, VerificationView } from '@sotto/client'
import { useFormatter, useTranslations } from 'use-intl'
import { FailureNotice } from '../../client/FailureNotice.tsx'
import { FailureText } from '../../client/FailureText.tsx'
import type { ScreenProps } from '../../registry/screen.ts'
import type { UnderMemberProps } from '../../registry/underMember.ts'
import { useWorkspace } from '../../registry/Workspace.tsx'
import { Button } from '../../ui/Button.tsx'
import { Dialog, DialogActions } from '../../ui/Dialog.tsx'
import { coded } from '../../ui/coded.tsx'
import { isolated } from '../../ui/isolated.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { QrCode } from '../../ui/QrCode.tsx'
import { day } from '../../ui/times.ts'
import { SafetyDigits } from './SafetyDigits.tsx'
import { useVerification } from './useVerification.ts'
import styles from './VerificationDialog.module.css'

const tones = {
  unverified: { tone: 'neutral', icon: 'eye' },
  verified: { tone: 'accent', icon: 'check' },
  changed: { tone: 'danger', icon: 'warning' },
} as const satisfies Record<IdentityView, object>

/** Whether the two have compared, in words, shape and colour. */
const Standing = ({ view: { identity, verifiedMs, name } }: { readonly view: VerificationView }) => {
  const t = useTranslations('verification')
  const format = useFormatter()
  return (
    <Notice {...tones[identity]}>
      {t(identity, { date: verifiedMs === null ? '' : format.dateTime(verifiedMs, day) })}
      {identity === 'changed' && <p>{t.rich('changedText', { name, ...isolated })}</p>}
    </Notice>
  )
}

const Comparison = ({
  view,
  busy,
  onSame,
  onUndo,
}: {
  readonly view: VerificationView
  readonly busy: boolean
  readonly onSame: () => void
  readonly onUndo: () => void
}) => {
  const t = useTranslations('verification')
  const { name, digits, code, identity } = view
  // Whatever is compared now says nothing of the account that the server shows (rule SAFE-3).
  if (identity === 'changed') return <Standing view={view} />
  return (
    <>
      <Standing view={view} />
      <p className={styles.how}>{t.rich('how', { name, ...isolated })}</p>
      <SafetyDigits digits={digits} />
      <QrCode text={code} label={t('picture')} />
      <p className={styles.how}>{t.rich('pictureText', { name, ...isolated, ...coded })}</p>
      <DialogActions>
        {identity === 'verified' ? (
          <Button busy={busy} onClick={onUndo}>
            {t('undo')}
          </Button>
        ) : (
          <Button look="primary" icon="check" busy={busy} onClick={onSame}>
            {t('confirm')}
          </Button>
        )}
      </DialogActions>
    </>
  )
}

/** Asks the client only while it is on the screen. */
const Body = ({ member }: UnderMemberProps) => {
  const t = useTranslations('verification')
  const { reloadMembers } = useWorkspace()
  const { verification, mismatch, attempt, verify, undo } = useVerification(member.account, reloadMembers)
  return (
    <>
      {verification.kind === 'loading' && (
        <div className={styles.skeleton} role="status" aria-label={t('loading')} />
      )}
      {verification.kind === 'failed' && (
        <Notice tone="danger" icon="warning">
          <FailureText failure={verification.failure} />
        </Notice>
      )}
      {mismatch && (
        <Notice tone="danger" icon="warning" announce="at_once">
          {t(`mismatch.${mismatch}`)}
        </Notice>
      )}
      <FailureNotice attempt={attempt} />
      {verification.kind === 'ready' && (
        <Comparison
          view={verification.view}
          busy={attempt.kind === 'busy'}
          onSame={() => void verify({ digits: verification.view.digits })}
          onUndo={() => void undo()}
        />
      )}
    </>
  )
}

/** Two people make sure that nobody stands between them. */
export const VerificationDialog = ({ member, open, onClose }: UnderMemberProps & ScreenProps) => {
  const t = useTranslations('verification')
  const close = useTranslations()('close')
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={t.rich('title', { name: member.name, ...isolated })}
      closeLabel={close}
      reading
    >
      <Body member={member} />
    </Dialog>
  )
}
