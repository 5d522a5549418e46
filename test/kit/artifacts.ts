import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { LeaseId, RunOrder, RunResult } from '#core'
import { collecting } from '../../adapters/artifacts/collecting.ts'
import { openArtifacts, type ArtifactOptions, type ArtifactStore } from '../../adapters/artifacts/store.ts'
import type { OrderOf, Workshop } from './ansible.ts'

export const LEASE = 'L7Q2' as LeaseId

export interface Collecting {
  readonly paths: readonly string[]
  readonly mostFiles?: number
  readonly mostBytes?: number
  readonly tenant?: string
}

/** A store of its own in a folder. */
export const storeIn = (directory: string, own: Partial<ArtifactOptions> = {}): Promise<ArtifactStore> =>
  openArtifacts({
    directory,
    keepMs: 60_000,
    mostBytes: 2 ** 30,
    mostBytesPerTenant: 2 ** 30,
    clock: Date.now,
    log: () => {},
    ...own,
  })

/** Collects from a machine with real playbooks, as Duffy does. */
export const collect = async (
  shop: Workshop,
  store: ArtifactStore,
  wanted: Collecting,
  of: OrderOf = {},
): Promise<{ readonly result: RunResult; readonly order: RunOrder }> => {
  const { paths, mostFiles = 1000, mostBytes = 2 ** 30, tenant = 'acme' } = wanted
  const plain = shop.order({ step: 'collect', driver: 'nsbox', ...of })
  const order = { ...plain, collect: { lease: LEASE, tenant, paths, mostFiles, mostBytes } }
  const perform = collecting(
    (one, performance: { signal: AbortSignal }) =>
      shop.ansible.perform(one, { ...performance, onGroup: async () => {}, onProgress: () => {} }),
    {
      store,
      log: () => {},
    },
  )
  return { result: await perform(order, { signal: new AbortController().signal }), order }
}

/** What is kept by the names that the files had, with their contents. */
export const contentsOf = async (store: ArtifactStore, lease = LEASE): Promise<Map<string, Buffer>> => {
  const { artifacts } = await store.of(lease)
  const read = artifacts.map(async ({ id, path }) => {
    const stream = await (await store.named(id))!.read()
    return [path, Buffer.concat(await Array.fromAsync(stream))] as const
  })
  return new Map(await Promise.all(read))
}

/** Every file beneath a folder, whatever it is. */
export const everything = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true }).map((entry) => join(entry.parentPath, entry.name))

export const allBytes = (folder: string): Buffer =>
  Buffer.concat(everything(folder).map((path) => (statSync(path).isFile() ? readFileSync(path) : Buffer.alloc(0))))
