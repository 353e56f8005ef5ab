export * from './public.ts'
export type * from './provider.ts'
export * from './keyPackageBundle.ts'
