import { normalizeName, text } from '@sotto/protocol'
import { parsed } from '../../encoding/parsed.ts'
import type { Rule } from '../../rules.ts'
import { accepted, refused } from '../../verdict.ts'
import { byIdentity, type LinkKind } from './linkKind.ts'

export const setNameFields = { name: text(64) }

export const nameRule = (name: string): Rule | undefined =>
  parsed(() => normalizeName(name)) === name ? undefined : 'CHAIN-11'

export const setName: LinkKind<{ readonly name: string }> = {
  signersOf: (before) => [[byIdentity(before)]],
  step: (before, { name }) => {
    const broken = nameRule(name)
    return broken ? refused(broken) : accepted({ ...before, name })
  },
}
