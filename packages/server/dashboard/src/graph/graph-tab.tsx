import type { GraphNode, PlanGraph } from '@lorc/runner/insight'
import { useCallback, useMemo, useState } from 'react'
import { foldedGraph, graphOfRun, structureOf } from '../model/plan-graph.ts'
import { counted } from '../model/quantity.ts'
import { Notice } from '../parts/notice.tsx'
import type { TabProps } from '../run/tab-panel.tsx'
import { changeQuery } from '../shell/use-route.ts'
import { DrawnGraph } from './drawn-graph.tsx'
import { GroupDialog } from './group-dialog.tsx'
import { LayeredGraph } from './layered-graph.tsx'
import { Neighbours } from './neighbours.ts'
import { usePlanGraph } from './use-plan-graph.ts'
import { graphKeys } from './graph-keys.ts'

/** With more steps than these, steps that wait for the same are drawn as one at first. */
const MOST_DRAWN = 120
const FOLDED_TO = 60

export interface GraphViewProps {
  graph: PlanGraph
  /** The same without states: it stays the same object as long as nothing moves. */
  structure: PlanGraph
  neighbours: Neighbours
  selected: number | undefined
  isOnPath: (node: GraphNode) => boolean
  onOpen: (id: number) => void
}

/** Who waits for whom, and what each step has come to. */
export function GraphTab({ picture, query }: TabProps) {
  const { run_id: runId, name } = picture.insight
  const { data, error, refetch } = usePlanGraph(runId)
  const [group, setGroup] = useState<GraphNode>()
  const plan = useMemo(() => (data === undefined ? undefined : structureOf(name, data)), [data, name])
  const whole = useMemo(() => (plan === undefined ? undefined : graphOfRun(plan, picture.lines)), [plan, picture.lines])
  const isLarge = (plan?.nodes.length ?? 0) > MOST_DRAWN
  const all = !isLarge || query['all'] === 'true'
  const shown = useMemo(() => (whole === undefined || all ? whole : foldedGraph(whole, FOLDED_TO)), [whole, all])
  const structure = all ? plan : shown
  const neighbours = useMemo(() => (structure === undefined ? undefined : new Neighbours(structure)), [structure])
  const path = useMemo(() => new Set(picture.insight.path.map(([position]) => picture.lines[position]?.index ?? -1)), [picture])
  const open = useCallback(
    (id: number): void => {
      const node = shown?.nodes[id]
      if (node?.kind === 'group') setGroup(node)
      else if (node) changeQuery({ step: node.label })
    },
    [shown?.nodes],
  )
  if (error !== null) return <Notice error={error} onRetry={() => void refetch()} />
  if (shown === undefined || whole === undefined || structure === undefined || neighbours === undefined) return <p className="none">Reading…</p>

  const step = query['step']?.replace(/\[\d+\]$/, '')
  const selected = step === undefined ? undefined : shown.nodes.findIndex(({ kind, label }) => kind === 'step' && label === step)
  const props: GraphViewProps = {
    graph: shown,
    structure,
    neighbours,
    selected: selected === undefined || selected < 0 ? undefined : selected,
    isOnPath: ({ kind, id, members }) => kind === 'step' && path.has(members?.[0] ?? id),
    onOpen: open,
  }
  const View = isLarge && all ? LayeredGraph : DrawnGraph
  return (
    <section aria-label="Graph" className="graph">
      {isLarge && (
        <div className="tools">
          <span className="dim small">{all ? counted(picture.insight.step_count, 'step') : `${counted(whole.steps, 'step')}; those that wait for the same are drawn as one`}</span>
          <button type="button" aria-pressed={all} onClick={() => changeQuery({ all: all ? '' : 'true' })}>
            Every step
          </button>
        </div>
      )}
      <View {...props} onKey={graphKeys(props)} />
      {group !== undefined && <GroupDialog ids={group.members ?? []} whole={whole} onClose={() => setGroup(undefined)} />}
    </section>
  )
}
