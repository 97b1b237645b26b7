import { Dialog } from '../parts/dialog.tsx'

const KEYS: readonly (readonly [keys: readonly string[], does: string])[] = [
  [['/'], 'find: go to the search field'],
  [['↓', '↑'], 'the next or the last row, step or event'],
  [['Page ↓', 'Page ↑', 'Home', 'End'], 'farther among rows'],
  [['←', '→'], 'in the graph: along a layer; in the timeline: earlier or later'],
  [['+', '−', '0'], 'larger, smaller, all of it: graph and timeline'],
  [['Enter'], 'open what has the focus'],
  [['Esc'], 'close a step or a window'],
  [['1', '…', '7'], 'of a run: graph, timeline, logs, context, artifacts, events, facts'],
  [['r'], 'all runs'],
  [['n'], 'start a run'],
  [['s'], 'schedules'],
  [['?'], 'this'],
]

export function HelpDialog({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title="Keyboard" onClose={onClose}>
      <table>
        <tbody>
          {KEYS.map(([keys, does]) => (
            <tr key={does}>
              <th scope="row">
                {keys.map((key) => (
                  <kbd key={key}>{key}</kbd>
                ))}
              </th>
              <td>{does}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Dialog>
  )
}
