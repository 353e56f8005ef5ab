import { useRegistry } from '../registry/RegistryContext.tsx'
import type { Screen } from '../registry/screen.ts'
import { useWorkspace } from '../registry/Workspace.tsx'

/** The screens of one kind that the features bring. Of several dialogs in the address, the last one is shown. */
export const Screens = ({ kind }: { readonly kind: Screen['kind'] }) => {
  const { screens } = useRegistry()
  const { situation, ways } = useWorkspace()
  const dialog = frontDialog(screens, situation.opened)
  return screens.map(({ name, kind: own, isOffered, View }) => {
    if (own !== kind || !isOffered(situation)) return null
    const open = kind === 'panel' ? situation.opened.includes(name) : dialog === name
    return <View key={name} open={open} onClose={() => ways.close(name)} />
  })
}

/** The dialog in front; null where there is none, or none that is known. */
export const frontDialog = (screens: readonly Screen[], opened: readonly string[]): string | null =>
  opened.findLast((name) => screens.some((one) => one.name === name && one.kind === 'dialog')) ?? null
