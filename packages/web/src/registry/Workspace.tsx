import { createContext, useContext, useEffect, useEffectEvent } from 'react'
import { useTranslations } from 'use-intl'
import type { Members } from '../client/useMembers.ts'
import type { IconName } from '../ui/Icon.tsx'
import type { Command } from './command.ts'
import { namesOf } from './keys.ts'
import { useRegistry } from './RegistryContext.tsx'
import type { Request, Situation, Ways } from './situation.ts'

/** What surrounds everything behind the door. */
export interface Workspace {
  readonly situation: Situation
  readonly ways: Ways
  readonly members: Members
  readonly reloadMembers: () => void
  /** Where a room is, with what stays open beside it. */
  readonly pathTo: (room: string) => string
  /** Takes the place of whoever has answered a request so far. @returns what gives it up */
  readonly answer: (request: Request, act: () => void) => () => void
}

const Context = createContext<Workspace | null>(null)

export const WorkspaceProvider = Context

export const useWorkspace = (): Workspace => {
  const workspace = useContext(Context)
  if (workspace === null) throw new Error('there is no workspace around this component')
  return workspace
}

/** Has `act` done when the request is made, as long as this component is there. */
export const useAnswer = (request: Request, act: () => void): void => {
  const { answer } = useWorkspace()
  const latest = useEffectEvent(act)
  useEffect(() => answer(request, () => latest()), [answer, request])
}

/** A command as one entrance needs it; null where it is not offered. */
export interface OfferedCommand {
  readonly id: string
  readonly label: string
  readonly icon: IconName
  readonly keyNames: readonly string[]
  readonly run: () => void
}

/** Makes what is offered now of registered commands. */
export const useOffered = () => {
  const t = useTranslations()
  const { situation, ways } = useWorkspace()
  return (command: Command): OfferedCommand | null => {
    if (!command.isOffered(situation)) return null
    const [first] = command.keys ?? []
    return {
      id: command.id,
      label: command.label(t, situation),
      icon: command.icon(situation),
      keyNames: first === undefined ? [] : namesOf(first),
      run: () => command.run(ways, situation),
    }
  }
}

/** A command of another feature, by its id; null where it is not offered, and where that feature is not there. */
export const useCommand = (id: string): OfferedCommand | null => {
  const offered = useOffered()
  const command = useRegistry().commands.find((one) => one.id === id)
  return command === undefined ? null : offered(command)
}
