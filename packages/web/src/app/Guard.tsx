import { Component } from 'react'
import type { ReactNode } from 'react'
import { useTranslations } from 'use-intl'
import { StartPage } from './StartPage.tsx'

export const Crashed = () => {
  const t = useTranslations('start')
  return <StartPage title={t('crashedTitle')} text={t('crashed')} reload />
}

/** A mistake in a screen must not leave an empty page. */
export class Guard extends Component<{ readonly children: ReactNode }, { readonly crashed: boolean }> {
  override state = { crashed: false }

  static getDerivedStateFromError() {
    return { crashed: true }
  }

  override render() {
    return this.state.crashed ? <Crashed /> : this.props.children
  }
}
