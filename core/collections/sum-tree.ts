interface Node<T> {
  readonly item: T
  /** Where it stands above others: taken from the item, so that what is in a tree decides its shape. */
  readonly height: number
  left: Node<T> | null
  right: Node<T> | null
  size: number
  sum: number
}

interface Of<T> {
  /** A total order. */
  readonly compare: (a: T, b: T) => number
  readonly number: (item: T) => number
  readonly amount: (item: T) => number
}

/** Items in a total order, each with a number of its own and an amount: adding, removing and summing up to a place cost the logarithm. */
export class SumTree<T> {
  #root: Node<T> | null = null
  readonly #of: Of<T>

  constructor(of: Of<T>) {
    this.#of = of
  }

  get size(): number {
    return this.#root?.size ?? 0
  }

  add(item: T): void {
    const height = scattered(this.#of.number(item))
    const [left, right] = this.#split(this.#root, item)
    const node = { item, height, left: null, right: null, size: 1, sum: this.#of.amount(item) }
    this.#root = this.#joined(this.#joined(left, node), right)
  }

  /** Removes the item that is equal in order to this one; a broken invariant if there is none. */
  remove(item: T): void {
    this.#root = this.#without(this.#root, item)
  }

  /** How many items there are, from the first on, for which `holds`: for none after one for which it does not. `sum`: of those before. */
  countWhile(holds: (item: T, sum: number) => boolean): number {
    let [count, sum] = [0, 0]
    for (let node = this.#root; node !== null;) {
      const before = sum + (node.left?.sum ?? 0)
      if (holds(node.item, before)) {
        count += (node.left?.size ?? 0) + 1
        sum = before + this.#of.amount(node.item)
        node = node.right
      } else node = node.left
    }
    return count
  }

  /** The amounts of all items before this one. */
  sumBefore(item: T): number {
    let total = 0
    this.countWhile((other, sum) => {
      const isBefore = this.#of.compare(other, item) < 0
      if (isBefore) total = sum + this.#of.amount(other)
      return isBefore
    })
    return total
  }

  /** What is before an item, and the rest. */
  #split(node: Node<T> | null, item: T): [Node<T> | null, Node<T> | null] {
    if (node === null) return [null, null]
    if (this.#of.compare(node.item, item) < 0) {
      const [left, right] = this.#split(node.right, item)
      node.right = left
      return [this.#measured(node), right]
    }
    const [left, right] = this.#split(node.left, item)
    node.left = right
    return [left, this.#measured(node)]
  }

  /** All of `left` is before all of `right`. */
  #joined(left: Node<T> | null, right: Node<T> | null): Node<T> | null {
    if (left === null) return right
    if (right === null) return left
    if (left.height > right.height) {
      left.right = this.#joined(left.right, right)
      return this.#measured(left)
    }
    right.left = this.#joined(left, right.left)
    return this.#measured(right)
  }

  #without(node: Node<T> | null, item: T): Node<T> | null {
    if (node === null) throw new Error('a tree is out of step with its table')
    const order = this.#of.compare(item, node.item)
    if (order === 0) return this.#joined(node.left, node.right)
    if (order < 0) node.left = this.#without(node.left, item)
    else node.right = this.#without(node.right, item)
    return this.#measured(node)
  }

  #measured(node: Node<T>): Node<T> {
    const { left, right } = node
    node.size = 1 + (left?.size ?? 0) + (right?.size ?? 0)
    node.sum = this.#of.amount(node.item) + (left?.sum ?? 0) + (right?.sum ?? 0)
    return node
  }
}

/** Numbers one after the other, spread over all that there are: each comes to another. */
const scattered = (number: number): number => {
  const mixed = Math.imul(number ^ (number >>> 16), 0x45d9f3b)
  return (mixed ^ (mixed >>> 16)) >>> 0
}
