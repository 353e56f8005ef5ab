import { Command } from 'commander'
import { invocationOf } from '../invocation.ts'
import { printableLine } from '../printable.ts'
import { table } from '../table.ts'
import { type DataOptions, dataOf, dataOption } from './dataOption.ts'

export const limitsCommand = (): Command =>
  new Command('limits')
    .description('list the current limits, and who is close to one')
    .addOption(dataOption())
    .action(async (options: DataOptions, command: Command) => {
      const { output } = invocationOf(command)
      const { administer } = await import('@sotto/server/control')
      const [inForce, used]: [string[][], string[][]] = [[], []]
      for await (const one of administer(dataOf(options), { do: 'limits' })) {
        const { kind: _kind, ...told } = one
        output.result(told, null)
        if (one.kind === 'limit') inForce.push([one.limit, String(one.value)])
        else used.push([one.limit, printableLine(one.by), `${one.used} of ${one.value}`])
      }
      if (output.format === 'json') return
      output.result(null, table(inForce))
      if (used.length === 0) output.remark('Nobody is above 80 % of any limit.')
      else output.result(null, `\nClose to a limit, or at it:\n${table(used)}`)
    })

const refusalsText = (refusals: Readonly<Record<string, number>>): string =>
  Object.entries(refusals)
    .toSorted(([, a], [, b]) => b - a)
    .map(([code, count]) => `${printableLine(code)} ${count}`)
    .join(', ')

export const abuseCommand = (): Command =>
  new Command('abuse')
    .description('list who cost the server the most in this hour and the last, and who was refused')
    .addOption(dataOption())
    .action(async (options: DataOptions, command: Command) => {
      const { output } = invocationOf(command)
      const { administer } = await import('@sotto/server/control')
      const rows: string[][] = []
      for await (const { kind, who, requests, bytes, workUs, refusals } of administer(dataOf(options), {
        do: 'abuse',
      })) {
        output.result({ kind, who, requests, bytes, workMs: Math.round(workUs / 1000), refusals }, null)
        const cost = `${(workUs / 1_000_000).toFixed(1)} s`
        rows.push([kind, printableLine(who), String(requests), String(bytes), cost, refusalsText(refusals)])
      }
      if (output.format === 'json') return
      if (rows.length === 0) return output.remark('There were no requests.')
      output.result(null, table([['kind', 'who', 'requests', 'bytes', 'work', 'refused'], ...rows]))
      output.remark('A source stands for an address; the log uses the same name for a day.')
    })
