import { BarChart as Bars } from 'echarts/charts';
import { GridComponent } from 'echarts/components';
import { init, use, type EChartsType } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { useEffect, useRef } from 'react';
import { color, fontFamily } from '../theme/tokens';

use([Bars, GridComponent, SVGRenderer]);

export type Bar = { name: string; value: number; label: string };

/**
 * Horizontal bars from a zero baseline with their values written at them. Goes with a table of the same figures, so
 * readers of the page by ear hear only its label. The size is the container's.
 */
export function BarChart({ bars, label, className }: { bars: Bar[]; label: string; className?: string | undefined }) {
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
    chart.current?.setOption({
      animation: false,
      textStyle: { fontFamily },
      grid: { left: 0, right: 72, top: 0, bottom: 0, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
      xAxis: { type: 'value', show: false, min: 0 },
      yAxis: {
        type: 'category',
        inverse: true,
        data: bars.map(({ name }) => name),
        axisLine: { show: false },
        axisTick: { show: false },
        axisLabel: { color: color.text, fontSize: 13, interval: 0 },
      },
      series: [
        {
          type: 'bar',
          silent: true,
          barCategoryGap: '36%',
          // The shortest bar is still a sign that there is something.
          barMinHeight: 2,
          itemStyle: { color: color.primary, borderRadius: [0, 3, 3, 0] },
          label: { show: true, position: 'right', color: color.textSecondary, fontSize: 13, formatter: ({ dataIndex }: { dataIndex: number }) => bars[dataIndex]?.label ?? '' },
          data: bars.map(({ value }) => value),
        },
      ],
    });
  }, [bars]);

  return <div ref={place} className={className} role="img" aria-label={label} />;
}
