import { useState } from 'react'
import type { ReactNode } from 'react'
import { useTranslations } from 'use-intl'
import { IconButton } from '../../ui/IconButton.tsx'
import { TextField } from '../../ui/TextField.tsx'

export const PasswordField = ({
  value,
  onChange,
  kind,
  hint,
  problem,
  autoFocus = false,
}: {
  readonly value: string
  readonly onChange: (value: string) => void
  readonly kind: 'new-password' | 'current-password'
  readonly hint?: ReactNode
  readonly problem?: ReactNode
  readonly autoFocus?: boolean
}) => {
  const t = useTranslations('account')
  const [shown, setShown] = useState(false)
  return (
    <TextField
      label={t('password')}
      value={value}
      onChange={onChange}
      type={shown ? 'text' : 'password'}
      autoComplete={kind}
      autoFocus={autoFocus}
      // A spelling service must not get to read a password that is shown.
      spellCheck={false}
      autoCapitalize="none"
      autoCorrect="off"
      hint={hint}
      problem={problem}
      trailing={
        <IconButton
          label={shown ? t('passwordHide') : t('passwordShow')}
          icon={shown ? 'eyeOff' : 'eye'}
          onClick={() => setShown(!shown)}
        />
      }
    />
  )
}
