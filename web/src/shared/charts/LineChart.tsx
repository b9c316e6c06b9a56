import { LineChart as Lines } from 'echarts/charts';
import { GridComponent } from 'echarts/components';
import { init, use, type EChartsType } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { useEffect, useRef } from 'react';
import { color, fontFamily } from '../theme/tokens';

use([Lines, GridComponent, SVGRenderer]);

/** A day and its value; absent where nothing was measured: the line has a gap there. */
export type Point = { day: string; value: number | undefined };

/**
 * One line over days, with its last value written at its end. Goes with a table of the same figures, so readers of the
 * page by ear hear only its label. The size is the container's.
 * @param least where the axis begins: for shares that all lie near the top
 */
export function LineChart({ points, unit, least, most, label, className }: { points: Point[]; unit: string; least: number; most: number; label: string; className?: string | undefined }) {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<EChartsType>(null);

  useEffect(() => {
    if (!place.current) return;
    const drawn = init(place.current, undefined, { renderer: 'svg' });
    chart.current = drawn;
    const watch = new ResizeObserver(() => drawn.resize());
    watch.observe(place.current);
    return () => {
      watch.disconnect();
      drawn.dispose();
    };
  }, []);

  useEffect(() => {
    const last = points.findLastIndex(({ value }) => value !== undefined);
    chart.current?.setOption({
      animation: false,
      textStyle: { fontFamily },
      grid: { left: 4, right: 56, top: 16, bottom: 4, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
      xAxis: {
        type: 'category',
        data: points.map(({ day }) => day.slice(5)),
        boundaryGap: false,
        axisTick: { show: false },
        axisLine: { lineStyle: { color: color.border } },
        axisLabel: { color: color.textSecondary, fontSize: 12, hideOverlap: true },
      },
      yAxis: {
        type: 'value',
        min: least,
        max: most,
        splitNumber: 4,
        axisLabel: { color: color.textSecondary, fontSize: 12, formatter: `{value}${unit}` },
        splitLine: { lineStyle: { color: color.border } },
      },
      series: [
        {
          type: 'line',
          silent: true,
          connectNulls: false,
          symbol: 'circle',
          symbolSize: 6,
          // A day between two gaps would otherwise be seen nowhere.
          showAllSymbol: points.length <= 40,
          lineStyle: { color: color.primary, width: 2 },
          itemStyle: { color: color.primary },
          data: points.map(({ value }, index) => ({
            value: value ?? '-',
            label: { show: index === last, position: 'right', color: color.text, fontSize: 13, formatter: `${String(value)}${unit}` },
          })),
        },
      ],
    });
  }, [points, unit, least, most]);

  return <div ref={place} className={className} role="img" aria-label={label} />;
}
