import type { RegistrationMode } from '@sotto/protocol'
import { ofClient } from './command.ts'
import { nothing } from './input.ts'

/** Who may register on the server: anyone, whoever has an invite key, or nobody. */
export type ReadRegistrationMode = (input: object) => Promise<RegistrationMode>

export const registrationMode = ofClient<ReadRegistrationMode>({
  input: nothing,
  run: ({ entrance }) => entrance.registrationMode(),
})
