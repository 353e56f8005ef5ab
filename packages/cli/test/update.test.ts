import { describe, expect, it } from 'vitest'
import { updateWords } from '../src/host/update.ts'

const said = (steps: number, stepMs: number, copy: { folder: string; bytes: number } | null): string[] => {
  const lines: string[] = []
  let nowMs = 5000
  const tell = updateWords(
    '/srv/sotto',
    (text) => void lines.push(text),
    () => nowMs,
  )
  tell({ kind: 'begun', migrations: steps, copy })
  for (let number = 1; number <= steps; number++) {
    tell({ kind: 'step', name: `000${number}-step`, number, count: steps })
    nowMs += stepMs
  }
  tell({ kind: 'ended' })
  return lines
}

describe('whoever runs a server hears of an update of its data', () => {
  it('that it is under way, where the copy is, and that it is done', () => {
    const [begun, ...rest] = said(1, 0, { folder: 'before-update', bytes: 310_400_000 })
    expect(begun).toContain('being updated: 1 step.')
    expect(begun).toContain('(310 MB), to /srv/sotto/before-update')
    expect(rest).toEqual(['The data has been updated.'])
  })

  it('that there is no copy, where there is no room for one', () => {
    expect(said(2, 0, null)[0]).toMatch(/2 steps.*\n.*No copy is made: there is too little space on the disk/)
  })

  it('how far it is, every second or later', () => {
    expect(said(6, 400, null).slice(1)).toEqual([
      'Updating: 4 of 6 (0004-step).',
      'The data has been updated.',
    ])
    expect(said(3, 60_000, null).slice(1)).toEqual([
      'Updating: 2 of 3 (0002-step).',
      'Updating: 3 of 3 (0003-step).',
      'The data has been updated.',
    ])
  })
})
