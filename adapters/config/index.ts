export { defineConfig, type Config } from './config.ts'
export type { Fault } from './faults.ts'
export { loadConfig, type ConfigSource, type LoadedConfig } from './load.ts'
export { Secret } from './secret.ts'
export type {
  AnsibleSettings,
  CronSettings,
  HttpSettings,
  IrcNetwork,
  RetentionSettings,
  Settings,
} from './settings.ts'
