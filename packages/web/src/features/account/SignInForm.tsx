import { useState } from 'react'
import { useTranslations } from 'use-intl'
import { useClient } from '../../client/ClientContext.tsx'
import { FailureNotice } from '../../client/FailureNotice.tsx'
import { useAttempt } from '../../client/useAttempt.ts'
import { Button } from '../../ui/Button.tsx'
import { TextField } from '../../ui/TextField.tsx'
import { nameProblem, passwordProblem } from './credentials.ts'
import styles from './AccountScreen.module.css'
import { PasswordField } from './PasswordField.tsx'

/** `known` is the account whose keys are on this device: only its password is asked for. */
export const SignInForm = ({ known }: { readonly known: string | null }) => {
  const t = useTranslations('account')
  const client = useClient()
  const { attempt, run } = useAttempt()
  const [name, setName] = useState(known ?? '')
  const [password, setPassword] = useState('')
  const [checked, setChecked] = useState(false)

  const wrongName = checked ? nameProblem(name) : null
  const wrongPassword = checked ? passwordProblem(password) : null
  const busy = attempt.kind === 'busy'

  const submit = async () => {
    setChecked(true)
    if (busy || nameProblem(name) || passwordProblem(password)) return
    await run(() => client.login({ name: name.trim(), password }))
  }

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
      <TextField
        label={t('name')}
        value={name}
        onChange={setName}
        readOnly={known !== null}
        problem={wrongName && t(wrongName)}
        autoComplete="username"
        autoCapitalize="none"
        autoCorrect="off"
        spellCheck={false}
        autoFocus={known === null}
        dir="auto"
      />
      <PasswordField
        value={password}
        onChange={setPassword}
        kind="current-password"
        problem={wrongPassword && t(wrongPassword)}
        autoFocus={known !== null}
      />
      <FailureNotice attempt={attempt} />
      <Button type="submit" look="primary" size="large" wide busy={busy}>
        {busy ? t('signingIn') : t('signIn')}
      </Button>
      <p className={styles.progress} role="status">
        {busy && t('working')}
      </p>
    </form>
  )
}
