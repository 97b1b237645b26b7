import { useEffect, useLayoutEffect } from 'react'
import { lengthOfRun } from '../model/run-picture.ts'
import { runHref, TABS, type Query, type Tab } from '../model/route.ts'
import { Boundary } from '../parts/boundary.tsx'
import { Notice } from '../parts/notice.tsx'
import { Tabs } from '../parts/tabs.tsx'
import { useNow } from '../hooks/use-now.ts'
import { useShortcuts } from '../hooks/shortcuts.ts'
import { changeQuery, go } from '../hooks/use-route.ts'
import { useWide } from '../hooks/use-wide.ts'
import { Approvals } from './approvals.tsx'
import { RunHeader } from './run-header.tsx'
import { StepPanel } from './step-panel.tsx'
import { TabPanel } from './tab-panel.tsx'
import { Troubles } from './troubles.tsx'
import { useLiveRun } from './use-live-run.ts'

interface RunPageProps {
  runId: string
  tab: Tab
  query: Query
}

/** From so many pixels on there is room for a step beside its run; below, it covers the run. */
const BESIDE = 1101

/** All that is known of one run. */
export function RunPage({ runId, tab, query }: RunPageProps) {
  const { picture, error, live, look, wantSteps } = useLiveRun(runId)
  const single = tab === 'timeline' || (tab === 'graph' && query['all'] === 'true')
  // Before the run is read for the first time, so that it is read once.
  useLayoutEffect(() => {
    if (single) wantSteps()
  }, [single, wantSteps])
  const name = picture?.insight.name
  useEffect(() => {
    if (name !== undefined) document.title = `${name} · ${runId} · lorc`
  }, [name, runId])
  const going = picture?.insight.status === 'running'
  const now = useNow(going)
  const step = query['step'] ?? ''
  const isCovered = !useWide(BESIDE) && step !== ''
  useShortcuts({
    ...Object.fromEntries(TABS.map((name, i) => [String(i + 1), () => go(runHref(runId, name, { step }))])),
    Escape: () => changeQuery({ step: '' }),
  })
  if (picture === undefined) {
    return (
      <main id="main" className="page">
        <h1>{runId}</h1>
        {error === undefined ? <p className="none">Reading…</p> : <Notice error={error} onRetry={look} />}
      </main>
    )
  }
  const length = lengthOfRun(picture.insight, now)
  return (
    <main id="main" className={`page run${step === '' ? '' : ' with-step'}`}>
      <div className="run-body" inert={isCovered}>
        <RunHeader picture={picture} length={length} live={live} onChange={look} />
        {error !== undefined && <Notice error={error} onRetry={look} />}
        <Approvals insight={picture.insight} onChange={look} />
        <Troubles picture={picture} />
        <Tabs
          label="Views of the run"
          shown={tab}
          links={TABS.map((name) => ({ name, href: runHref(runId, name, { step }), ...(name === 'artifacts' && { count: picture.insight.artifacts_count }) }))}
        />
        <Boundary key={tab}>
          <TabPanel tab={tab} picture={picture} length={length} query={query} wantSteps={wantSteps} />
        </Boundary>
      </div>
      {step !== '' && <StepPanel key={step} runId={runId} step={step} picture={picture} length={length} />}
    </main>
  )
}
