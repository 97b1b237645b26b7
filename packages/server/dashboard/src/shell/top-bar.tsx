import { useSyncExternalStore } from 'react'
import { session } from '../api/session.ts'
import type { Route } from '../model/route.ts'
import { useTheme } from './theme.ts'

const THEME_SIGNS = { system: '◐', light: '☀', dark: '☾' } as const

export function TopBar({ route, onHelp }: { route: Route; onHelp: () => void }) {
  const [theme, next] = useTheme()
  const key = useSyncExternalStore((listener) => session.listen(listener), session.key)
  const current = (is: boolean): { 'aria-current': 'page' } | undefined => (is ? { 'aria-current': 'page' } : undefined)
  return (
    <header className="top-bar">
      <a className="brand" href="#/runs">
        <img src="./mark.svg" alt="" width="24" height="24" />
        <span>lorc</span>
      </a>
      <nav aria-label="Main">
        <a href="#/runs" {...current(route.page === 'runs' || route.page === 'run' || route.page === 'compare')}>
          Runs
        </a>
        <a href="#/start" {...current(route.page === 'start')}>
          Start
        </a>
        <a href="#/schedules" {...current(route.page === 'schedules')}>
          Schedules
        </a>
      </nav>
      <span className="grow" />
      {key !== null && (
        <button type="button" onClick={() => session.forget()}>
          Forget key
        </button>
      )}
      <button type="button" aria-label={`Colours: ${theme}. Change them`} title={`Colours: ${theme}`} onClick={next}>
        <span aria-hidden="true">{THEME_SIGNS[theme]}</span>
      </button>
      <button type="button" aria-label="Help with the keyboard" title="Keyboard (?)" onClick={onHelp}>
        <span aria-hidden="true">?</span>
      </button>
    </header>
  )
}
