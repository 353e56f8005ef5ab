import { Notice } from '../ui/Notice.tsx'
import { FailureText } from './FailureText.tsx'
import type { Attempt } from './useAttempt.ts'

/** Says why an attempt failed; nothing where it did not. */
export const FailureNotice = ({ attempt }: { readonly attempt: Attempt }) =>
  attempt.kind === 'failed' && (
    <Notice tone="danger" icon="warning" announce="at_once">
      <FailureText failure={attempt.failure} />
    </Notice>
  )
