import type { Fleet } from '../fleet.ts'
import type { PlatformName } from '../id.ts'
import { byText } from '../collections/indexes.ts'
import type { Machine } from '../machine.ts'
import type { Demand } from '../request.ts'
import type { Shape, Stock } from '../fleet/stock.ts'
import type { DropRule } from '../why.ts'
import { byWear } from './wear.ts'

/** The first rule by which machines of this shape would not do, or null if they would. Platform is a matter of its own. */
export const mismatch = (
  shape: Shape,
  { pool, arch, labels }: Demand,
): Extract<DropRule, 'pool' | 'arch' | 'labels'> | null => {
  if (pool !== null && shape.pool !== pool) return 'pool'
  if (arch !== null && shape.arch !== arch) return 'arch'
  if (!labels.every((label) => shape.labels.includes(label))) return 'labels'
  return null
}

/** The stocks whose machines would do. */
export const fitting = (fleet: Fleet, demand: Demand): Stock[] =>
  fleet.stocks
    .all()
    .filter(({ shape, inService }) => inService > 0 && shape.type === demand.type && mismatch(shape, demand) === null)

/** Stocks of one platform together. */
export interface PlatformStock {
  readonly platform: PlatformName
  readonly stocks: readonly Stock[]
  readonly ready: number
  readonly inService: number
  readonly attempts: number
}

/** In order of platform name. */
export const byPlatform = (stocks: readonly Stock[]): PlatformStock[] =>
  [...Map.groupBy(stocks, ({ shape }) => shape.platform)]
    .map(([platform, of]) => ({
      platform,
      stocks: of,
      ready: sum(of, ({ ready }) => ready.size),
      inService: sum(of, ({ inService }) => inService),
      attempts: sum(of, ({ attempts }) => attempts),
    }))
    .toSorted((a, b) => byText(a.platform, b.platform))

/** Chooses up to `count` ready machines of some stocks, in order of wear, and at most `each` of each stock. */
export type Take = (stocks: readonly Stock[], count: number, each?: number) => Machine[]

/** The least worn `count` ready machines of these stocks, in order of wear; fewer if there are fewer. */
export const leastWorn: Take = (stocks, count, each = count) => {
  const heads = stocks.flatMap(({ ready }) => ready.take(each))
  return stocks.length > 1 ? heads.toSorted(byWear).slice(0, count) : heads
}

export const sum = <T>(items: readonly T[], amount: (item: T) => number): number =>
  items.reduce((total, item) => total + amount(item), 0)
