import type { AccountView } from '@sotto/client'
import { useCallback, useMemo, useRef } from 'react'
import { useClientState } from '../client/ClientContext.tsx'
import { hasMembers } from '../client/standing.ts'
import { useMembers } from '../client/useMembers.ts'
import { listed } from '../features/rooms/neighbour.ts'
import type { Request, Situation } from '../registry/situation.ts'
import type { Workspace } from '../registry/Workspace.tsx'
import { useAddress } from './useAddress.ts'

/** Who answers a request now. */
const useAnswers = () => {
  const answers = useRef(new Map<Request, () => void>())
  const answer = useCallback((request: Request, act: () => void) => {
    answers.current.set(request, act)
    return () => {
      if (answers.current.get(request) === act) answers.current.delete(request)
    }
  }, [])
  const ask = useCallback((request: Request): boolean => {
    const act = answers.current.get(request)
    act?.()
    return act !== undefined
  }, [])
  return { answer, ask }
}

/** What surrounds the screens of an account: where it is, what it may do there, and how one gets elsewhere. */
export const useWorkspaceOf = (account: Extract<AccountView, { kind: 'signed_in' }>): Workspace => {
  const all = useClientState((state) => state.rooms)
  const { address, pathTo, ways } = useAddress()
  const { answer, ask } = useAnswers()
  const room = all.find(({ id }) => id === address.room)
  const { members, reload } = useMembers(
    hasMembers(room) ? room.id : null,
    room?.memberCount ?? 0,
    address.opened.includes('members'),
  )
  const role = members.kind === 'ready' ? members.members.find(({ own }) => own)?.role : undefined
  const rooms = useMemo(() => {
    const parts = listed(all)
    return [...parts.invitations, ...parts.rooms, ...parts.ended]
  }, [all])
  const situation = useMemo(
    (): Situation => ({
      account,
      rooms,
      roomId: address.room,
      room: room ?? null,
      role: role ?? null,
      opened: address.opened,
    }),
    [account, rooms, room, role, address],
  )
  return useMemo(
    () => ({
      situation,
      ways: { ...ways, ask },
      members,
      reloadMembers: () => void reload(),
      pathTo,
      answer,
    }),
    [situation, ways, ask, members, reload, pathTo, answer],
  )
}
