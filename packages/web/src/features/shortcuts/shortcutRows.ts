import type { Command, KeyGroup, KeyHint } from '../../registry/command.ts'
import type { Registry } from '../../registry/feature.ts'
import { namesOf } from '../../registry/keys.ts'
import type { MessageAction } from '../../registry/messageAction.ts'

export interface ShortcutGroup {
  readonly group: KeyGroup
  readonly rows: readonly Omit<KeyHint, 'group'>[]
}

const ofCommand = ({ id, keys = [], help = [] }: Command): ShortcutGroup['rows'] =>
  keys.flatMap((one, at) => {
    const label = help[at]
    return label === undefined ? [] : [{ id: `${id} ${at}`, label, keys: namesOf(one) }]
  })

const keyShown = (key: string): string => (key.length === 1 ? key.toUpperCase() : key)

const ofAction = ({ id, label, key }: MessageAction): ShortcutGroup['rows'] =>
  key === null ? [] : [{ id, label, keys: [keyShown(key)] }]

const groups: readonly KeyGroup[] = ['everywhere', 'writing', 'messages', 'list']

/** The list of shortcuts: those of commands, those of messages, and what keys do where the focus is. */
export const shortcutGroups = ({ commands, keyHints, messageActions }: Registry): readonly ShortcutGroup[] =>
  groups
    .map((group) => ({
      group,
      rows: [
        ...(group === 'everywhere' ? commands.flatMap(ofCommand) : []),
        ...keyHints.filter((hint) => hint.group === group),
        ...(group === 'messages' ? messageActions.flatMap(ofAction) : []),
      ],
    }))
    .filter(({ rows }) => rows.length > 0)
