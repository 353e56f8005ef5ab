import type { Option } from 'commander'

/** Lets an option have its value from the environment; checked alike, and empty is as good as not there. */
export const inEnvironment = (option: Option, name: string): Option =>
  process.env[name] ? option.env(name) : option
