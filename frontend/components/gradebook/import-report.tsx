import type { ReactNode } from 'react';
import type { ImportReport as Report } from '@/lib/api/types';
import { formatCount, plural } from '@/lib/numbers';
import { cellName, whyNot } from './import';
import { showScore } from './scores';

/** More are counted and not drawn. */
const SHOWN = 200;

export function ImportReport({ report }: { report: Report }) {
  const { written, overwritten, unchanged, rejected, rejected_cells, new_assignments } = report;
  const facts = [
    ['New', written - overwritten.length],
    ['Replaced', overwritten.length],
    ['Unchanged', unchanged],
    ['Left out', rejected],
  ] as const;
  return (
    <>
      <dl className="grid grid-cols-2 gap-px overflow-hidden rounded-md border border-line bg-line sm:grid-cols-4">
        {facts.map(([name, count]) => (
          <div key={name} className="bg-surface px-3 py-2">
            <dt className="text-xs text-muted">{name}</dt>
            <dd
              className={`text-lg font-semibold tabular-nums ${name === 'Left out' && count > 0 ? 'text-bad' : ''}`}
            >
              {formatCount(count)}
            </dd>
          </div>
        ))}
      </dl>
      {new_assignments.length > 0 && (
        <p className="text-sm">
          <span className="font-medium">New assignments:</span> {new_assignments.join(', ')}
        </p>
      )}
      {rejected_cells.length > 0 && (
        <Cells
          title="Cells that are left out"
          columns={['Cell', 'Student', 'Assignment', 'Value', 'Why']}
          count={rejected_cells.length}
        >
          {rejected_cells.slice(0, SHOWN).map((cell) => (
            <tr key={`${cell.line} ${cell.column}`}>
              <td className="text-muted tabular-nums">{cellName(cell)}</td>
              <td>{cell.student || '–'}</td>
              <td>{cell.assignment_name || '–'}</td>
              <td className="font-medium text-bad">{cell.value}</td>
              <td className="min-w-40 text-muted">{whyNot(cell)}</td>
            </tr>
          ))}
        </Cells>
      )}
      {overwritten.length > 0 && (
        <Cells
          title="Marks that are replaced"
          columns={['Line', 'Student', 'Assignment', 'Mark']}
          count={overwritten.length}
        >
          {overwritten.slice(0, SHOWN).map((cell) => (
            <tr key={`${cell.line} ${cell.assignment_name}`}>
              <td className="text-muted tabular-nums">{cell.line}</td>
              <td>{cell.student}</td>
              <td>{cell.assignment_name}</td>
              <td className="whitespace-nowrap tabular-nums">
                {showScore(cell.old_score)} → <b>{showScore(cell.new_score)}</b>
              </td>
            </tr>
          ))}
        </Cells>
      )}
    </>
  );
}

interface CellsProps {
  title: string;
  columns: readonly string[];
  count: number;
  children: ReactNode;
}

function Cells({ title, columns, count, children }: CellsProps) {
  return (
    <section aria-label={title}>
      <h3 className="mb-1 text-sm font-semibold">{title}</h3>
      <div
        className="max-h-64 overflow-auto rounded-md border border-line"
        tabIndex={0}
        role="group"
        aria-label={`Table: ${title}`}
      >
        <table className="w-full border-collapse text-sm">
          <caption className="sr-only">{title}</caption>
          <thead>
            <tr className="sticky top-0 bg-sunken text-left text-xs text-muted [&>th]:px-3 [&>th]:py-1.5 [&>th]:font-medium">
              {columns.map((name) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody className="[&_td]:px-3 [&_td]:py-1.5 [&>tr]:border-t [&>tr]:border-line [&>tr]:align-top">
            {children}
          </tbody>
        </table>
        {count > SHOWN && (
          <p className="border-t border-line px-3 py-2 text-sm text-muted">
            and {plural(count - SHOWN, 'more cell')}
          </p>
        )}
      </div>
    </section>
  );
}
