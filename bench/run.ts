/** `npm run bench -- [name]`: runs one bench, or all of them. */
const benches: Readonly<Record<string, () => Promise<{ run(args: readonly string[]): Promise<void> }>>> = {
  mls: () => import('./mls.ts'),
}

const [name, ...rest] = process.argv.slice(2)
const wanted = name === undefined ? Object.keys(benches) : [name]
for (const each of wanted) {
  const load = Object.hasOwn(benches, each) ? benches[each] : undefined
  if (!load) {
    console.error(`There is no bench ${each}; there are: ${Object.keys(benches).join(', ')}`)
    process.exitCode = 2
    break
  }
  await (await load()).run(rest)
}
