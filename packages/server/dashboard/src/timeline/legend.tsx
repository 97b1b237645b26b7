const ENTRIES: readonly (readonly [kind: string, words: string])[] = [
  ['ran completed', 'ran'],
  ['ran failed', 'ran and failed'],
  ['ran cancelled', 'was cut off'],
  ['ran going', 'runs'],
  ['ran cached', 'from the cache'],
  ['items', 'its items ran'],
  ['slot', 'waited for a slot'],
  ['retry', 'waited to be tried again'],
  ['approval', 'waited for a decision'],
  ['paused', 'paused, or nobody drove it'],
]

export function Legend() {
  return (
    <ul className="legend" aria-label="Colours of the bars">
      {ENTRIES.map(([kind, words]) => (
        <li key={kind}>
          <svg viewBox="0 0 18 10" aria-hidden="true">
            <rect className={kind} width="18" height="10" rx="2" />
          </svg>
          {words}
        </li>
      ))}
      <li>
        <span className="diamond" aria-hidden="true">
          ◆
        </span>{' '}
        on the critical path
      </li>
    </ul>
  )
}
