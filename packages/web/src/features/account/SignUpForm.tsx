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

/** What has been filled in, and what is wrong with it. */
const useSignUp = () => {
  const client = useClient()
  const { attempt, run, reset } = useAttempt()
  const [name, setName] = useState('')
  const [password, setPassword] = useState('')
  const [checked, setChecked] = useState(false)
  const mode = useRegistrationMode()
  const linked = useInviteKey()
  const [typed, setTyped] = useState<string | null>(null)
  const invite = typed ?? linked ?? ''

  const strength = passwordStrength(opaqueString(password), name, limits.passwordCharactersMin)
  const busy = attempt.kind === 'busy'
  const failure = attempt.kind === 'failed' ? attempt.failure : null
  const nameFailure = failure && nameCodes.has(failure.code) ? failure : null
  const inviteFailure = failure && inviteCodes.has(failure.code) ? failure : null
  const needsInvite = mode === 'invite' || inviteFailure !== null
  const wrongInvite = needsInvite && readInvite(invite) === null
  const isWrong =
    nameProblem(name) || newNameProblem(name) || passwordProblem(password) || strength.kind === 'short'

  const submit = async () => {
    setChecked(true)
    if (busy || isWrong || wrongInvite) return
    await run(() => client.register({ name: name.trim(), password, invite: readInvite(invite)?.key }))
  }
  return {
    attempt,
    busy,
    checked,
    submit,
    closed: mode === 'closed' || failure?.code === 'registration_closed',
    name: { value: name, set: setName, failure: nameFailure, reset },
    password: { value: password, set: setPassword, strength },
    invite: {
      value: invite,
      set: setTyped,
      failure: inviteFailure,
      reset,
      needed: needsInvite,
      wrong: wrongInvite,
    },
  }
}

type SignUp = ReturnType<typeof useSignUp>

const InviteField = ({ invite, checked }: Pick<SignUp, 'invite' | 'checked'>) => {
  const t = useTranslations('account')
  const { value, failure, wrong } = invite
  return (
    <TextField
      label={t('invite')}
      value={value}
      onChange={(next) => {
        invite.set(next)
        if (failure) invite.reset()
      }}
      hint={t('inviteHint')}
      problem={
        (failure?.code === 'invite_invalid' && <FailureText failure={failure} />) ||
        (checked && wrong && t(value.trim() === '' ? 'inviteMissing' : 'inviteWrong'))
      }
      autoComplete="off"
      autoCapitalize="none"
      autoCorrect="off"
      spellCheck={false}
      dir="ltr"
    />
  )
}

const NameField = ({ name, checked }: Pick<SignUp, 'name' | 'checked'>) => {
  const t = useTranslations('account')
  const ofName = useTranslations('nameReason')
  const { value, failure } = name
  const missing = nameProblem(value)
  const wrong = checked && !missing ? newNameProblem(value) : undefined
  return (
    <TextField
      label={t('name')}
      value={value}
      onChange={(next) => {
        name.set(next)
        if (failure) name.reset()
      }}
      hint={t('nameHint')}
      problem={
        (failure && <FailureText failure={failure} />) ??
        (checked && missing ? t(missing) : wrong && (wrong === 'long' ? t('nameLong') : ofName(wrong)))
      }
      autoComplete="username"
      autoCapitalize="none"
      autoCorrect="off"
      spellCheck={false}
      autoFocus
      dir="auto"
    />
  )
}

const NewPasswordField = ({ password, checked }: Pick<SignUp, 'password' | 'checked'>) => {
  const t = useTranslations('account')
  const { value, strength } = password
  const wrong = checked ? passwordProblem(value) : null
  const missing = checked && strength.kind === 'short' ? strength.missing : null
  return (
    <PasswordField
      value={value}
      onChange={password.set}
      kind="new-password"
      hint={
        value === '' ? t('passwordHint') : <StrengthMeter strength={strength} wordless={missing !== null} />
      }
      problem={(wrong && t(wrong)) ?? (missing !== null && t('passwordShort', { missing }))}
    />
  )
}

export const SignUpForm = () => {
  const t = useTranslations('account')
  const { attempt, busy, checked, submit, closed, name, password, invite } = useSignUp()
  if (closed)
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
      {invite.needed && <InviteField invite={invite} checked={checked} />}
      <NameField name={name} checked={checked} />
      <NewPasswordField password={password} checked={checked} />
      <p className={styles.aside}>{t('passwordKeep')}</p>
      {!name.failure && !invite.failure && <FailureNotice attempt={attempt} />}
      <Button type="submit" look="primary" size="large" wide busy={busy}>
        {busy ? t('signingUp') : t('signUp')}
      </Button>
      <p className={styles.progress} role="status">
        {busy && t('working')}
      </p>
    </form>
  )
}
