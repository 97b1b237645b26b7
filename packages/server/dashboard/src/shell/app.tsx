import { useEffect, useState, useSyncExternalStore } from 'react'
import { session } from '../api/session.ts'
import { RunsPage } from '../run-list/runs-page.tsx'
import { ComparePage } from '../compare/compare-page.tsx'
import { SchedulesPage } from '../schedules/schedules-page.tsx'
import { StartPage } from '../start/start-page.tsx'
import { Boundary } from '../parts/boundary.tsx'
import { RunPage } from '../run/run-page.tsx'
import { HelpDialog } from './help-dialog.tsx'
import { KeyDialog } from './key-dialog.tsx'
import { focusSearch, useShortcuts } from '../hooks/shortcuts.ts'
import { TopBar } from './top-bar.tsx'
import { go, useRoute } from '../hooks/use-route.ts'
import type { Route } from '../model/route.ts'

export function App() {
  const route = useRoute()
  const [helping, setHelping] = useState(false)
  const asked = useSyncExternalStore((listener) => session.listen(listener), session.asked)
  const key = useSyncExternalStore((listener) => session.listen(listener), session.key)
  useShortcuts({ '/': focusSearch, '?': () => setHelping(true), n: () => go('#/start'), r: () => go('#/runs'), s: () => go('#/schedules') })
  const title = titleOf(route)
  useEffect(() => {
    document.title = title
  }, [title])
  return (
    <>
      <a className="skip" href="#main" onClick={skip}>
        To the content
      </a>
      <TopBar route={route} onHelp={() => setHelping(true)} />
      <Boundary key={`${key ?? ''} ${route.page}`}>
        <Screen route={route} />
      </Boundary>
      {helping && <HelpDialog onClose={() => setHelping(false)} />}
      {asked && <KeyDialog />}
    </>
  )
}

/** The address holds the place: the link must not become another one. */
function skip(event: { preventDefault: () => void }): void {
  event.preventDefault()
  const main = document.querySelector<HTMLElement>('main')
  main?.setAttribute('tabindex', '-1')
  main?.focus()
}

function titleOf(route: Route): string {
  switch (route.page) {
    case 'runs':
      return 'Runs · lorc'
    case 'run':
      return `${route.runId} · lorc`
    case 'start':
      return 'Start a run · lorc'
    case 'schedules':
      return 'Schedules · lorc'
    case 'compare':
      return 'Compare runs · lorc'
    case 'unknown':
      return 'Nothing here · lorc'
  }
}

function Screen({ route }: { route: Route }) {
  switch (route.page) {
    case 'runs':
      return <RunsPage query={route.query} />
    case 'run':
      return <RunPage key={route.runId} runId={route.runId} tab={route.tab} query={route.query} />
    case 'start':
      return <StartPage kind={route.kind} name={route.name} query={route.query} />
    case 'schedules':
      return <SchedulesPage />
    case 'compare':
      return <ComparePage key={`${route.a} ${route.b}`} a={route.a} b={route.b} />
    case 'unknown':
      return (
        <main id="main" className="page">
          <h1>Nothing here</h1>
          <p>
            There is no such place. <a href="#/runs">All runs</a>
          </p>
        </main>
      )
  }
}
