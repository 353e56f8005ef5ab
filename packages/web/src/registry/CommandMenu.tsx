import { Fragment } from 'react'
import type { IconName } from '../ui/Icon.tsx'
import { Menu, MenuItem, MenuSeparator } from '../ui/Menu.tsx'
import type { Command } from './command.ts'
import { useRegistry } from './RegistryContext.tsx'
import { useOffered } from './Workspace.tsx'
import type { OfferedCommand } from './Workspace.tsx'

type MenuName = NonNullable<Command['menu']>['name']

interface MenuEntry {
  readonly command: OfferedCommand
  readonly part: number
  readonly danger: boolean
}

/** What a menu offers now, part by part. */
export const useMenu = (name: MenuName): readonly MenuEntry[] => {
  const { commands } = useRegistry()
  const offered = useOffered()
  return commands
    .flatMap((one) => {
      const command = one.menu?.name === name ? offered(one) : null
      return command === null || !one.menu
        ? []
        : [{ command, part: one.menu.part, danger: one.menu.danger ?? false }]
    })
    .toSorted((a, b) => a.part - b.part)
}

/** A button with a menu of commands; nothing where none of them is offered. */
export const CommandMenu = ({
  icon,
  label,
  side = 'bottom',
  menu,
}: {
  readonly icon: IconName
  readonly label: string
  readonly side?: 'top' | 'bottom'
  readonly menu: readonly MenuEntry[]
}) => {
  if (menu.length === 0) return null
  return (
    <Menu icon={icon} label={label} side={side}>
      {menu.map(({ command, part, danger }, at) => (
        <Fragment key={command.id}>
          {at > 0 && menu[at - 1]?.part !== part && <MenuSeparator />}
          <MenuItem icon={command.icon} danger={danger} onSelect={command.run}>
            {command.label}
          </MenuItem>
        </Fragment>
      ))}
    </Menu>
  )
}
