import { Random } from '../crash/random.ts'

/** What is asked for, and how often of a hundred. */
const SHARES = { chain: 34, fan: 20, items: 10, flaky: 10, shell: 2, job: 8, scenario: 12, ask: 4 } as const

export type Kind = keyof typeof SHARES

/** One run that is asked for: the same one for the same seed and number. */
export interface SoakRequest {
  readonly n: number
  readonly kind: Kind
  /** Its idempotency key. */
  readonly key: string
  readonly path: string
  readonly body: object
  readonly prefer: string | undefined
  /** It is sent once more after it was answered. */
  readonly isRepeated: boolean
}

export function requestOf(seed: number, n: number): SoakRequest {
  const random = new Random(seed + Math.imul(n + 1, 0x9e3779b1))
  const kind = kindOf(random.next() * 100)
  return {
    n,
    kind,
    key: `soak-${seed}-${n}`,
    ...placeOf(kind, n, Math.floor(random.next() * 20)),
    prefer: [undefined, 'respond-async', 'wait=2'][Math.floor(random.next() * 3)],
    isRepeated: random.next() < 0.1,
  }
}

function kindOf(at: number): Kind {
  let upTo = 0
  for (const [kind, share] of Object.entries(SHARES)) {
    upTo += share
    if (at < upTo) return kind as Kind
  }
  return 'chain'
}

function placeOf(kind: Kind, n: number, ms: number): { path: string; body: object } {
  if (kind === 'job') return { path: '/jobs/soak/work/runs', body: { account: `a${n}` } }
  if (kind === 'scenario') return { path: '/plan_and_execute', body: { scenario_id: `s${n}`, modules: ['first', 'second'], inputs: { n } } }
  return { path: `/recipes/${kind}/runs`, body: { params: { ms } } }
}
