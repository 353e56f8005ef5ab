import { Notice } from '../ui/Notice.tsx'
import type { Failure } from './failure.ts'
import { FailureText } from './FailureText.tsx'
import { ReloadButton } from './ReloadButton.tsx'

/** In place of a part of the page that could not be loaded. */
export const FailedPart = ({ failure }: { readonly failure: Failure }) => (
  <Notice tone="danger" icon="warning" announce="at_once" action={<ReloadButton code={failure.code} />}>
    <FailureText failure={failure} />
  </Notice>
)
