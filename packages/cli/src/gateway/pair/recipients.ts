import { limits } from '@sotto/client'
import type { Lane } from '@sotto/lane'

/** Names to which can be sent, those who are there first; a server may have more than fit, and then one is asked for. */
export const recipientsOf = async (
  lane: Pick<Lane, 'people' | 'online'>,
  wanted: string | null,
): Promise<readonly string[]> => {
  const all = (await lane.people()).flatMap(({ name, fingerprint }) => (fingerprint === null ? [] : [name]))
  if (wanted !== null) return all.filter((name) => name === wanted.toLowerCase())
  if (all.length <= limits.gatewayListedMax) return all
  const known = new Set(all)
  const there = (await lane.online()).flatMap(({ name }) => (known.has(name) ? [name] : []))
  return [...new Set([...there, ...all])].slice(0, limits.gatewayListedMax)
}
