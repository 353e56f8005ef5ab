import type { AccountView, ConnectionView } from '@sotto/client'
import { useEffect } from 'react'
import { loadTheRest } from '../client/later.tsx'
import { registryOf } from '../registry/feature.ts'
import { RegistryProvider } from '../registry/RegistryContext.tsx'
import { features } from './features.ts'
import { Workspace } from './Workspace.tsx'

const registry = registryOf(features)

export interface InsideProps {
  readonly account: Extract<AccountView, { kind: 'signed_in' }>
  readonly connection: ConnectionView
}

/** The rooms of an account, with all that the features bring. */
export const Inside = (props: InsideProps) => {
  useEffect(() => void loadTheRest(), [])
  return (
    <RegistryProvider value={registry}>
      <Workspace {...props} />
    </RegistryProvider>
  )
}
