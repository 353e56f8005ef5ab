import { Notice } from '../ui/Notice.tsx'
import { FailureText } from './FailureText.tsx'
import { ReloadButton } from './ReloadButton.tsx'
import type { Attempt } from './useAttempt.ts'

/** Says why an attempt failed; nothing where it did not. */
export const FailureNotice = ({ attempt }: { readonly attempt: Attempt }) =>
  attempt.kind === 'failed' && (
    <Notice
      tone="danger"
      icon="warning"
      announce="at_once"
      action={<ReloadButton code={attempt.failure.code} />}
    >
      <FailureText failure={attempt.failure} />
    </Notice>
  )
