import { FailureText } from '../../../client/FailureText.tsx'
import { Notice } from '../../../ui/Notice.tsx'
import { useObserved } from '../../../ui/observed.ts'
import { useMessageActions } from './MessageActions.tsx'
import styles from './MessageOutcome.module.css'

/** What became of the last action, below the messages. */
export const MessageOutcome = () => {
  const actions = useMessageActions()
  const outcome = useObserved(actions.outcome, (now) => now)
  switch (outcome.kind) {
    case 'nothing':
      return null
    case 'said':
      // The announcer has said it.
      return (
        <p className={styles.said} aria-hidden="true">
          {outcome.text}
        </p>
      )
    case 'failed':
      return (
        <div className={styles.failed}>
          <Notice tone="danger" icon="warning" announce="at_once">
            <FailureText failure={outcome.failure} />
          </Notice>
        </div>
      )
  }
}
