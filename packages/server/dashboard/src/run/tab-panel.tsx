import { ArtifactsTab } from '../artifacts/artifacts-tab.tsx'
import { ContextTab } from '../context/context-tab.tsx'
import { EventsTab } from '../events/events-tab.tsx'
import { FactsTab } from '../facts/facts-tab.tsx'
import { LogsTab } from '../logs/logs-tab.tsx'
import type { Query, Tab } from '../model/route.ts'
import type { RunPicture } from '../model/run-picture.ts'
import { GraphTab } from '../graph/graph-tab.tsx'
import { TimelineTab } from '../timeline/timeline-tab.tsx'

export interface TabProps {
  picture: RunPicture
  /** How long the run has lasted, in milliseconds. */
  length: number
  query: Query
  /** Has all steps of a large run read. */
  wantSteps: () => void
}

export function TabPanel({ tab, ...props }: TabProps & { tab: Tab }) {
  switch (tab) {
    case 'graph':
      return <GraphTab {...props} />
    case 'timeline':
      return <TimelineTab {...props} />
    case 'logs':
      return <LogsTab {...props} />
    case 'context':
      return <ContextTab {...props} />
    case 'artifacts':
      return <ArtifactsTab {...props} />
    case 'events':
      return <EventsTab {...props} />
    case 'facts':
      return <FactsTab {...props} />
  }
}
