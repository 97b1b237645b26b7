import { ArtifactsTab } from '../artifacts/artifacts-tab.tsx'
import { ContextTab } from '../context/context-tab.tsx'
import { EventsTab } from '../events/events-tab.tsx'
import { FactsTab } from '../facts/facts-tab.tsx'
import { LogsTab } from '../logs/logs-tab.tsx'
import type { Tab } from '../model/route.ts'
import { GraphTab } from '../graph/graph-tab.tsx'
import { TimelineTab } from '../timeline/timeline-tab.tsx'
import type { TabProps } from '../parts/tab-props.ts'

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
