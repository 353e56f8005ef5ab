import { Component } from 'react'
import type { ReactNode } from 'react'
import { useTranslations } from 'use-intl'
import { Button } from './Button.tsx'
import { Notice } from './Notice.tsx'
import { watchHeldElements } from './heldElements.ts'
import styles from './Region.module.css'

/** So often within so long is drawn anew what breaks; what breaks more often would break for ever. */
const renewalsMax = 4
const renewalsWithinMs = 10_000

type Phase = 'whole' | 'broken' | 'given_up'

const Broken = ({ onAgain }: { readonly onAgain: () => void }) => {
  const t = useTranslations('start')
  return (
    <div className={styles.broken}>
      <Notice
        tone="danger"
        icon="warning"
        action={
          <Button size="small" onClick={onAgain}>
            {t('regionAgain')}
          </Button>
        }
      >
        {t('regionBroken')}
      </Notice>
    </div>
  )
}

/**
 * A part of the page that stands for itself. Where somebody else has moved or removed its elements, or it fails in any
 * other way, it alone is drawn anew, with an element of its own that takes along whatever was left in it. What must
 * outlive that is not kept in it: drafts and places have stores. `givenUp` is shown in place of what breaks for ever.
 */
export class Region extends Component<
  { readonly children: ReactNode; readonly givenUp?: ReactNode },
  { readonly phase: Phase; readonly turn: number }
> {
  override state: { readonly phase: Phase; readonly turn: number } = { phase: 'whole', turn: 0 }
  private renewedMs: readonly number[] = []

  static getDerivedStateFromError() {
    return { phase: 'broken' }
  }

  override componentDidMount() {
    this.renew()
  }

  override componentDidUpdate() {
    this.renew()
  }

  private renew() {
    if (this.state.phase !== 'broken') return
    const nowMs = performance.now()
    this.renewedMs = [...this.renewedMs.filter((atMs) => nowMs - atMs < renewalsWithinMs), nowMs]
    if (this.renewedMs.length > renewalsMax) this.setState({ phase: 'given_up' })
    else this.again()
  }

  /** Elements of it were removed by somebody else. */
  lose() {
    if (this.state.phase === 'whole') this.setState({ phase: 'broken' })
  }

  private readonly again = () => {
    this.setState(({ turn }) => ({ phase: 'whole', turn: turn + 1 }))
  }

  override render() {
    switch (this.state.phase) {
      case 'whole':
        return (
          <div key={this.state.turn} className={styles.region} data-region>
            {this.props.children}
          </div>
        )
      case 'broken':
        return null
      case 'given_up':
        return this.props.givenUp ?? <Broken onAgain={this.again} />
    }
  }
}

/**
 * Has the innermost region drawn anew around each element that somebody else removes from where React draws.
 *
 * @param id of the element in which it does
 * @returns ends it
 */
export const watchRegions = (id: string): (() => void) => {
  const place = document.getElementById(id)
  if (place === null) return () => {}
  return watchHeldElements(place, (parts) => {
    parts.find((part) => part instanceof Region)?.lose()
  })
}
