import { ArrowDown, ArrowUp, ChevronsUpDown } from "lucide-react";
import { type ReactNode, useMemo, useState } from "react";
import { cn } from "@/lib/class-names";
import { useMatches } from "@/lib/use-matches";
import { t } from "@/messages/common";
import { Button } from "./ui/button";
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from "./ui/table";

export interface Column<Row> {
  id: string;
  header: string;
  cell: (row: Row) => ReactNode;
  /** What the column is sorted by; without it, it is not sortable. */
  sortBy?: (row: Row) => string | number;
  /** Numbers stand right. */
  align?: "right";
  className?: string;
  /** On a phone: "title" is the card's heading, "hidden" leaves it out, else a line with its name. */
  onPhone?: "title" | "hidden";
}

export interface DataTableProps<Row> {
  /** Says what the table lists, for screen readers. */
  caption: string;
  rows: readonly Row[];
  columns: readonly Column<Row>[];
  rowKey: (row: Row) => string;
  /** The column it is sorted by at first. */
  initialSort?: Sorting;
  /** Buttons of a row, at its end. */
  actions?: (row: Row) => ReactNode;
}

export interface Sorting {
  column: string;
  descending?: boolean;
}

/** Drawing thousands of rows at once would hold up typing in the filter above them. */
const ROWS_AT_ONCE = 100;
const WIDE = "(min-width: 40rem)";

/** A table from 640 px on, cards below. Rows are sorted here; filters are the page's. */
export function DataTable<Row>(props: DataTableProps<Row>) {
  const wide = useMatches(WIDE);
  const [sorting, setSorting] = useState(props.initialSort);
  const [most, setMost] = useState(ROWS_AT_ONCE);
  const rows = useMemo(
    () => sorted(props.rows, props.columns, sorting).slice(0, most),
    [props.rows, props.columns, sorting, most],
  );
  return (
    <>
      {wide ? (
        <div className="overflow-x-auto rounded-lg border bg-card shadow-xs">
          <WideTable {...props} rows={rows} sorting={sorting} onSort={setSorting} />
        </div>
      ) : (
        <ul aria-label={props.caption} className="flex flex-col gap-3">
          {rows.map((row) => (
            <RowCard key={props.rowKey(row)} row={row} {...props} />
          ))}
        </ul>
      )}
      {rows.length < props.rows.length && (
        <More
          shown={rows.length}
          all={props.rows.length}
          onMore={() => setMost(most + ROWS_AT_ONCE)}
        />
      )}
    </>
  );
}

function More({ shown, all, onMore }: { shown: number; all: number; onMore: () => void }) {
  return (
    <div className="flex flex-wrap items-center justify-center gap-3 pt-3">
      <span role="status" className="text-muted-foreground text-xs">
        {t.rowsShown(shown, all)}
      </span>
      <Button variant="outline" size="sm" onClick={onMore}>
        {t.moreRows(Math.min(ROWS_AT_ONCE, all - shown))}
      </Button>
    </div>
  );
}

function sorted<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  sorting: Sorting | undefined,
): readonly Row[] {
  const by = columns.find((column) => column.id === sorting?.column)?.sortBy;
  if (!by) return rows;
  const sign = sorting?.descending ? -1 : 1;
  return [...rows].sort((a, b) => sign * compare(by(a), by(b)));
}

function compare(a: string | number, b: string | number): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  return String(a).localeCompare(String(b), "en", { numeric: true });
}

type WideProps<Row> = DataTableProps<Row> & {
  sorting: Sorting | undefined;
  onSort: (sorting: Sorting) => void;
};

function WideTable<Row>(props: WideProps<Row>) {
  const { caption, rows, columns, rowKey, actions } = props;
  return (
    <Table>
      <caption className="sr-only">{caption}</caption>
      <TableHeader>
        <tr>
          {columns.map((column) => (
            <HeadCell key={column.id} column={column} {...props} />
          ))}
          {actions && <TableHead className="w-0" aria-label={t.actions} />}
        </tr>
      </TableHeader>
      <TableBody>
        {rows.map((row) => (
          <TableRow key={rowKey(row)}>
            {columns.map((column) => (
              <TableCell
                key={column.id}
                className={cn(
                  column.align === "right" && "text-right tabular-nums",
                  column.className,
                )}
              >
                {column.cell(row)}
              </TableCell>
            ))}
            {actions && <TableCell className="py-1 text-right">{actions(row)}</TableCell>}
          </TableRow>
        ))}
      </TableBody>
    </Table>
  );
}

function HeadCell<Row>({ column, sorting, onSort }: WideProps<Row> & { column: Column<Row> }) {
  const right = column.align === "right" && "text-right";
  if (!column.sortBy) return <TableHead className={cn(right)}>{column.header}</TableHead>;
  const active = sorting?.column === column.id;
  const descending = active && sorting?.descending === true;
  const Icon = active ? (descending ? ArrowDown : ArrowUp) : ChevronsUpDown;
  return (
    <TableHead
      className={cn(right)}
      aria-sort={active ? (descending ? "descending" : "ascending") : undefined}
    >
      <button
        type="button"
        aria-label={t.sortBy(column.header)}
        className="inline-flex items-center gap-1 rounded-sm hover:text-foreground"
        onClick={() => onSort({ column: column.id, descending: active && !descending })}
      >
        {column.header}
        <Icon aria-hidden className="size-3" />
      </button>
    </TableHead>
  );
}

function RowCard<Row>({ row, columns, actions }: DataTableProps<Row> & { row: Row }) {
  const title = columns.find((column) => column.onPhone === "title");
  const lines = columns.filter((column) => column.onPhone === undefined);
  return (
    <li className="rounded-lg border bg-card p-3 shadow-xs">
      <div className="flex items-start justify-between gap-2">
        <div className="min-w-0 flex-1 break-words font-medium">{title?.cell(row)}</div>
        {actions?.(row)}
      </div>
      <dl className="mt-2 grid grid-cols-[auto_minmax(0,1fr)] items-center gap-x-4 gap-y-1.5">
        {lines.map((column) => (
          <div key={column.id} className="contents">
            <dt className="text-muted-foreground text-xs">{column.header}</dt>
            <dd className="min-w-0 justify-self-end break-words text-right">{column.cell(row)}</dd>
          </div>
        ))}
      </dl>
    </li>
  );
}
