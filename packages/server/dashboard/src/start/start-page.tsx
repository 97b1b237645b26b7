import { routeHref, START_KINDS, type Query, type StartKind } from '../model/route.ts'
import { Tabs } from '../parts/tabs.tsx'
import { JobStart } from './job-start.tsx'
import { RecipeStart } from './recipe-start.tsx'
import { ScenarioStart } from './scenario-start.tsx'

const WORDS: Record<StartKind, string> = { recipes: 'Recipe', jobs: 'Job', scenario: 'Scenario' }

interface StartPageProps {
  kind: StartKind
  name: string | null
  query: Query
}

/** Starts a run of a recipe, a job or a scenario of modules. */
export function StartPage({ kind, name, query }: StartPageProps) {
  return (
    <main id="main" className="page start">
      <h1>Start a run</h1>
      <Tabs label="What to start" shown={WORDS[kind]} links={START_KINDS.map((each) => ({ name: WORDS[each], href: routeHref(['start', each]) }))} />
      {kind === 'recipes' && <RecipeStart name={name} from={query['from']} />}
      {kind === 'jobs' && <JobStart name={name} from={query['from']} />}
      {kind === 'scenario' && <ScenarioStart from={query['from']} />}
    </main>
  )
}
