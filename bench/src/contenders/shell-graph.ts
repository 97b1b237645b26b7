/** A step and the steps that it waits for. */
export interface Node {
  name: string
  needs: string[]
}

const LAYER = 50

/** `independent`; `chained`: each after the one before; `layered`: layers of 50, each step after three of the layer before. */
export function shellGraph(shape: string, size: number): Node[] {
  const name = (i: number): string => `s${i}`
  return Array.from({ length: size }, (_, i) => ({ name: name(i), needs: needs(shape, i).map(name) }))
}

function needs(shape: string, i: number): number[] {
  if (shape === 'independent' || i === 0) return []
  if (shape === 'chained') return [i - 1]
  const above = Math.floor(i / LAYER) * LAYER - LAYER
  if (above < 0) return []
  return [0, 1, 2].map((k) => above + ((i + k * 7) % LAYER))
}
