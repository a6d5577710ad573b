/** One chart over time. Loaded lazily: it is the only file of the page that needs the chart library.
 *
 * Nothing is told by colour alone: bars differ by pattern, lines by dashes. For screen readers the
 * page has a table; this is hidden from them.
 */
import { useId } from "react";
import {
  Bar,
  BarChart,
  CartesianGrid,
  Legend,
  Line,
  LineChart,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from "recharts";
import { colourOf, dashOf, FillPatterns, fillOf } from "./fills";

export interface ChartLine {
  key: string;
  label: string;
}

export interface TimeChartProps {
  rows: ({ at: number } & Record<string, number | null>)[];
  lines: ChartLine[];
  /** Bars are counts of a step and add up; lines are values that do not. */
  kind: "bars" | "lines";
  /** There are no halves of what is counted. */
  whole?: boolean;
  formatValue: (value: number) => string;
  formatTime: (at: number) => string;
  formatMoment: (at: number) => string;
}

const TEXT = { fontSize: 12, fill: "var(--muted-foreground)" };
const TOOLTIP = {
  background: "var(--popover)",
  border: "1px solid var(--border)",
  borderRadius: 8,
  color: "var(--foreground)",
  fontSize: 12,
};

export default function TimeChart(props: TimeChartProps) {
  const { rows, lines, kind, whole, formatTime, formatValue, formatMoment } = props;
  const id = useId();
  const Chart = kind === "bars" ? BarChart : LineChart;
  const quiet = { axisLine: false, tick: TEXT, tickLine: false };
  return (
    <div aria-hidden="true" className="h-56 w-full">
      <ResponsiveContainer height="100%" width="100%">
        <Chart accessibilityLayer={false} data={rows} margin={{ top: 8, right: 8 }}>
          <FillPatterns id={id} />
          <CartesianGrid stroke="var(--border)" vertical={false} />
          <XAxis {...quiet} dataKey="at" minTickGap={48} tickFormatter={formatTime} />
          <YAxis {...quiet} allowDecimals={!whole} tickFormatter={formatValue} width={64} />
          <Tooltip
            contentStyle={TOOLTIP}
            cursor={kind === "bars" ? { fill: "var(--muted)" } : { stroke: "var(--border)" }}
            formatter={(value) => formatValue(Number(value))}
            isAnimationActive={false}
            itemStyle={{ color: "var(--foreground)" }}
            labelFormatter={(at) => formatMoment(Number(at))}
          />
          {lines.length > 1 && (
            <Legend formatter={legendText} itemSorter={null} wrapperStyle={{ fontSize: 12 }} />
          )}
          {lines.map((line, index) =>
            kind === "bars" ? bar(line, index, id) : plain(line, index),
          )}
        </Chart>
      </ResponsiveContainer>
    </div>
  );
}

function bar(line: ChartLine, index: number, id: string) {
  return (
    <Bar
      dataKey={line.key}
      fill={fillOf(index, id)}
      isAnimationActive={false}
      key={line.key}
      maxBarSize={28}
      name={line.label}
      stackId="all"
    />
  );
}

function plain(line: ChartLine, index: number) {
  return (
    <Line
      dataKey={line.key}
      dot={{ r: 2.5, strokeDasharray: "0" }}
      isAnimationActive={false}
      key={line.key}
      name={line.label}
      stroke={colourOf(index)}
      strokeDasharray={dashOf(index)}
      strokeWidth={2}
      type="linear"
    />
  );
}

function legendText(name: unknown) {
  return <span className="text-foreground">{String(name)}</span>;
}
