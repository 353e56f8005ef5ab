import { SottoError } from '@sotto/client'
import { type Lane, type LaneEvent, type LaneOptions, openLane } from '@sotto/lane'
import type { Command } from 'commander'
import { type Invocation, invocationOf } from '../invocation.ts'
import { lineOfLane, type OutageTeller, outageTeller } from '../outage.ts'
import { withProgress } from '../progress.ts'
import { laneNameOf, laneStoreOf, readAccount } from './account.ts'
import type { AsOption } from './asOption.ts'

/** The lane of an account of the profile; `outages` hears how it stands with the server. @throws SottoError `no_account`, LaneError */
export const openAccountLane = async (
  profile: string,
  name: string,
  options: Pick<LaneOptions, 'onEvent' | 'messages' | 'enc'>,
  outages: OutageTeller,
): Promise<Lane> => {
  const store = await laneStoreOf(profile, name)
  try {
    const account = readAccount(store)
    if (!account) throw new SottoError('no_account', `no program called ${name} here`)
    outages.heard({ kind: 'away', why: undefined })
    const onEvent = async (event: LaneEvent): Promise<void> => {
      const line = lineOfLane(event)
      if (line) outages.heard(line)
      await options.onEvent?.(event)
    }
    const lane = await openLane({ ...account, store, ...options, onEvent })
    return {
      ...lane,
      close: async () => {
        await lane.close()
        outages.end()
        store.close()
      },
    }
  } catch (error) {
    outages.end()
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
  const name = await laneNameOf(invocation.profile, command.opts<AsOption>().as)
  const lane = await withProgress(
    () => `Connecting as ${name}`,
    openAccountLane(invocation.profile, name, options, outageTeller(invocation.output)),
  )
  try {
    return await Promise.race([work(lane, invocation), lane.failed])
  } finally {
    await lane.close()
  }
}
