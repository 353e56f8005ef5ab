import { limits, opaqueString, readInvite } from '@sotto/client'
import { useState } from 'react'
import { useTranslations } from 'use-intl'
import { useClient } from '../../client/ClientContext.tsx'
import { FailureNotice } from '../../client/FailureNotice.tsx'
import { FailureText } from '../../client/FailureText.tsx'
import { useInviteKey } from '../../client/invite.ts'
import { useAttempt } from '../../client/useAttempt.ts'
import { Button } from '../../ui/Button.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { TextField } from '../../ui/TextField.tsx'
import { nameProblem, newNameProblem, passwordProblem } from './credentials.ts'
import styles from './AccountScreen.module.css'
import { PasswordField } from './PasswordField.tsx'
import { passwordStrength } from './passwordStrength.ts'
import { StrengthMeter } from './StrengthMeter.tsx'
import { useRegistrationMode } from './useRegistrationMode.ts'

const nameCodes = new Set(['name_taken', 'name_alike', 'name_reserved', 'name_invalid'])
const inviteCodes = new Set(['invite_required', 'invite_invalid'])

export const SignUpForm = () => {
  const t = useTranslations('account')
  const ofName = useTranslations('nameReason')
  const client = useClient()
  const { attempt, run, reset } = useAttempt()
  const [name, setName] = useState('')
  const [password, setPassword] = useState('')
  const [checked, setChecked] = useState(false)
  const mode = useRegistrationMode()
  const linked = useInviteKey()
  const [typed, setTyped] = useState<string | null>(null)
  const invite = typed ?? linked ?? ''

  const nameMissing = nameProblem(name)
  const wrongName = checked && !nameMissing ? newNameProblem(name) : undefined
  const wrongPassword = checked ? passwordProblem(password) : null
  const strength = passwordStrength(opaqueString(password), name, limits.passwordCharactersMin)
  const busy = attempt.kind === 'busy'
  const missing = checked && strength.kind === 'short' ? strength.missing : null
  const failure = attempt.kind === 'failed' ? attempt.failure : null
  const nameFailure = failure && nameCodes.has(failure.code) ? failure : null

  const inviteFailure = failure && inviteCodes.has(failure.code) ? failure : null
  const needsInvite = mode === 'invite' || inviteFailure !== null
  const wrongInvite = needsInvite && readInvite(invite) === null

  const submit = async () => {
    setChecked(true)
    if (
      busy ||
      nameMissing ||
      newNameProblem(name) ||
      passwordProblem(password) ||
      strength.kind === 'short' ||
      wrongInvite
    )
      return
    await run(() => client.register({ name: name.trim(), password, invite: readInvite(invite)?.key }))
  }

  if (mode === 'closed' || failure?.code === 'registration_closed')
    return (
      <Notice tone="neutral" icon="lock">
        {t('closed')}
      </Notice>
    )

  return (
    <form
      className={styles.form}
      noValidate
      aria-busy={busy}
      onSubmit={(event) => {
        event.preventDefault()
        void submit()
      }}
    >
      {needsInvite && (
        <TextField
          label={t('invite')}
          value={invite}
          onChange={(value) => {
            setTyped(value)
            if (inviteFailure) reset()
          }}
          hint={t('inviteHint')}
          problem={
            (inviteFailure?.code === 'invite_invalid' && <FailureText failure={inviteFailure} />) ||
            (checked && wrongInvite && t(invite.trim() === '' ? 'inviteMissing' : 'inviteWrong'))
          }
          autoComplete="off"
          autoCapitalize="none"
          autoCorrect="off"
          spellCheck={false}
          dir="ltr"
        />
      )}
      <TextField
        label={t('name')}
        value={name}
        onChange={(value) => {
          setName(value)
          if (nameFailure) reset()
        }}
        hint={t('nameHint')}
        problem={
          (nameFailure && <FailureText failure={nameFailure} />) ??
          (checked && nameMissing
            ? t(nameMissing)
            : wrongName && (wrongName === 'long' ? t('nameLong') : ofName(wrongName)))
        }
        autoComplete="username"
        autoCapitalize="none"
        autoCorrect="off"
        spellCheck={false}
        autoFocus
        dir="auto"
      />
      <PasswordField
        value={password}
        onChange={setPassword}
        kind="new-password"
        hint={
          password === '' ? (
            t('passwordHint')
          ) : (
            <StrengthMeter strength={strength} wordless={missing !== null} />
          )
        }
        problem={(wrongPassword && t(wrongPassword)) ?? (missing !== null && t('passwordShort', { missing }))}
      />
      <p className={styles.aside}>{t('passwordKeep')}</p>
      {!nameFailure && !inviteFailure && <FailureNotice attempt={attempt} />}
      <Button type="submit" look="primary" size="large" wide busy={busy}>
        {busy ? t('signingUp') : t('signUp')}
      </Button>
      <p className={styles.progress} role="status">
        {busy && t('working')}
      </p>
    </form>
  )
}
