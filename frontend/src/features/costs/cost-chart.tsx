/** Costs as bars. Loaded lazily for the chart library; the table beside it is for everybody. */
import { Bar, BarChart, CartesianGrid, ResponsiveContainer, Tooltip, XAxis, YAxis } from "recharts";
import type { Bar as CostBar } from "./grouping";

export interface CostChartProps {
  bars: CostBar[];
  /** Days stand upright in their order; names lie, so that they can be read. */
  upright: boolean;
  label: string;
  formatUsd: (usd: number) => string;
}

const TEXT = { fontSize: 12, fill: "var(--muted-foreground)" };
const TOOLTIP = {
  background: "var(--popover)",
  border: "1px solid var(--border)",
  borderRadius: 8,
  color: "var(--foreground)",
  fontSize: 12,
};
const BAR_HEIGHT = 34;
const NAME_WIDTH = 150;
const LONGEST_NAME = 20;

export default function CostChart({ bars, upright, label, formatUsd }: CostChartProps) {
  const height = upright ? 240 : Math.max(120, bars.length * BAR_HEIGHT + 40);
  return (
    <div aria-hidden="true" className="w-full" style={{ height }}>
      <ResponsiveContainer height="100%" width="100%">
        <BarChart
          accessibilityLayer={false}
          data={bars}
          layout={upright ? "horizontal" : "vertical"}
          margin={{ top: 8, right: 16 }}
        >
          <CartesianGrid horizontal={upright} stroke="var(--border)" vertical={!upright} />
          {upright ? days(formatUsd) : names(formatUsd)}
          <Tooltip
            contentStyle={TOOLTIP}
            cursor={{ fill: "var(--muted)" }}
            formatter={(value) => formatUsd(Number(value))}
            isAnimationActive={false}
            itemStyle={{ color: "var(--foreground)" }}
          />
          <Bar
            dataKey="costUsd"
            fill="var(--chart-1)"
            isAnimationActive={false}
            maxBarSize={36}
            name={label}
            radius={upright ? [4, 4, 0, 0] : [0, 4, 4, 0]}
          />
        </BarChart>
      </ResponsiveContainer>
    </div>
  );
}

const QUIET = { axisLine: false, tickLine: false, tick: TEXT };

function days(formatUsd: (usd: number) => string) {
  return [
    <XAxis {...QUIET} dataKey="name" key="x" minTickGap={32} />,
    <YAxis {...QUIET} key="y" tickFormatter={formatUsd} width={72} />,
  ];
}

function names(formatUsd: (usd: number) => string) {
  return [
    <XAxis {...QUIET} key="x" minTickGap={24} tickFormatter={formatUsd} type="number" />,
    <YAxis
      {...QUIET}
      dataKey="name"
      key="y"
      tickFormatter={(name: string) => shortened(name)}
      type="category"
      width={NAME_WIDTH}
    />,
  ];
}

function shortened(name: string): string {
  return name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME - 1)}…` : name;
}
