import { createContext, useContext } from 'react'
import { registryOf } from './feature.ts'
import type { Registry } from './feature.ts'

const Context = createContext<Registry>(registryOf([]))

export const RegistryProvider = Context

export const useRegistry = (): Registry => useContext(Context)
