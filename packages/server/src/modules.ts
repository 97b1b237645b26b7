export { configuredModules, type ConfiguredModules } from './lib/modules/configured-modules.ts'
