/** What `act` gives for each item, in the items' order, asked for at most `width` at once. Rejects as the first that does, and asks for no more. */
export async function mapBounded<Item, Result>(items: readonly Item[], width: number, act: (item: Item) => Promise<Result>): Promise<Result[]> {
  const results: Result[] = []
  let next = 0
  const work = async (): Promise<void> => {
    try {
      for (let at = next++; at < items.length; at = next++) results[at] = await act(items[at]!)
    } catch (error) {
      next = items.length
      throw error
    }
  }
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, work))
  return results
}
