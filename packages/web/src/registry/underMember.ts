import type { MemberView } from '@sotto/client'
import type { ReactElement } from 'react'

export interface UnderMemberProps {
  readonly member: MemberView
}

/** What stands under the name of a member of a room. */
export interface UnderMember {
  readonly id: string
  readonly Part: (props: UnderMemberProps) => ReactElement | null
}
