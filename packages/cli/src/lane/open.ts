import { SottoError } from '@sotto/client'
import { type Lane, type LaneOptions, openLane } from '@sotto/client/open'
import type { Command } from 'commander'
import { type Invocation, invocationOf } from '../invocation.ts'
import { withProgress } from '../progress.ts'
import { laneNameOf, laneStoreOf, readAccount } from './account.ts'
import type { AsOption } from './asOption.ts'

/** The lane of an account of the profile. @throws SottoError `no_account`, LaneError */
export const openAccountLane = async (
  profile: string,
  name: string,
  options: Pick<LaneOptions, 'onEvent' | 'messages' | 'enc'>,
): Promise<Lane> => {
  const store = laneStoreOf(profile, name)
  try {
    const account = readAccount(store)
    if (!account) throw new SottoError('no_account', `no program called ${name} here`)
    const lane = await openLane({ ...account, store, ...options })
    return {
      ...lane,
      close: async () => {
        await lane.close()
        store.close()
      },
    }
  } catch (error) {
    store.close()
    throw error
  }
}

/** Opens the lane that the options mean for the time of `work`. */
export const withLane = async <T>(
  command: Command,
  options: Pick<LaneOptions, 'onEvent' | 'messages' | 'enc'>,
  work: (lane: Lane, invocation: Invocation) => Promise<T>,
): Promise<T> => {
  const invocation = invocationOf(command)
  const name = laneNameOf(invocation.profile, command.opts<AsOption>().as)
  const lane = await withProgress(
    () => `Connecting as ${name}`,
    openAccountLane(invocation.profile, name, options),
  )
  try {
    return await Promise.race([work(lane, invocation), lane.failed])
  } finally {
    await lane.close()
  }
}
