import { ScatterChart } from 'echarts/charts';
import { GridComponent, TooltipComponent } from 'echarts/components';
import { init, use, type EChartsType } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { useEffect, useRef } from 'react';
import { color, fontFamily } from '../theme/tokens';

use([ScatterChart, GridComponent, TooltipComponent, SVGRenderer]);

/**
 * A place on the map. `size` is what its area stands for; `lines` is what a pointer over it reads, the name above them.
 */
export type MapPlace = { id: string; name: string; latitude: number; longitude: number; size: number; symbol: 'circle' | 'triangle' | 'diamond' | 'emptyCircle'; colour: string; lines: string[] };

const PAD = { left: 52, right: 20, top: 16, bottom: 32 };
const SMALLEST = 9;
const LARGEST = 40;
/** Degrees between two lines, so that a region has a handful. */
const STEPS = [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10];

/**
 * Where the axes begin and end, so that a kilometre is as long up as across (an equirectangular projection, true at the
 * middle latitude) and every place is in sight.
 */
export function frameOf(places: { latitude: number; longitude: number }[], width: number, height: number) {
  const range = (values: number[]) => ({ least: Math.min(...values), most: Math.max(...values) });
  const latitudes = range(places.map(({ latitude }) => latitude));
  const longitudes = range(places.map(({ longitude }) => longitude));
  const middle = { latitude: (latitudes.least + latitudes.most) / 2, longitude: (longitudes.least + longitudes.most) / 2 };
  const narrow = Math.cos((middle.latitude * Math.PI) / 180);
  const room = { x: Math.max(1, width - PAD.left - PAD.right), y: Math.max(1, height - PAD.top - PAD.bottom) };
  // A tenth of air on each side, and never closer than some kilometres: one hospital alone is a point, not a line.
  const wanted = { x: Math.max(0.1, (longitudes.most - longitudes.least) * 1.2) * narrow, y: Math.max(0.1, (latitudes.most - latitudes.least) * 1.2) };
  const perPixel = Math.max(wanted.x / room.x, wanted.y / room.y);
  const half = { x: (perPixel * room.x) / narrow / 2, y: (perPixel * room.y) / 2 };
  const step = STEPS.find((one) => (half.y * 2) / one <= 6) ?? 20;
  return { west: middle.longitude - half.x, east: middle.longitude + half.x, south: middle.latitude - half.y, north: middle.latitude + half.y, step };
}

/**
 * Places on a plain graticule, without a map of anybody's beneath. Goes with a table of the same figures, so readers of the
 * page by ear hear only its label, and everything that can be pressed here can be pressed there.
 */
export function PlaceMap({ places, chosen, onChoose, label, className }: { places: MapPlace[]; chosen: string | undefined; onChoose: (id: string) => void; label: string; className?: string | undefined }) {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<EChartsType>(null);
  const choose = useRef(onChoose);
  choose.current = onChoose;
  const draw = useRef<() => void>(() => undefined);

  draw.current = () => {
    const drawn = chart.current;
    if (!drawn || places.length === 0) return;
    const { west, east, south, north, step } = frameOf(places, drawn.getWidth(), drawn.getHeight());
    const largest = Math.max(...places.map(({ size }) => size), 1);
    // The large ones beneath, so that nothing small is covered; the chosen one on top.
    const ordered = [...places].sort((a, b) => Number(a.id === chosen) - Number(b.id === chosen) || b.size - a.size);
    const axis = (least: number, most: number, letter: string) => {
      // At round degrees, wherever the axis begins.
      const first = Math.ceil(least / step);
      const round = Array.from({ length: Math.floor(most / step) - first + 1 }, (_, index) => (first + index) * step);
      const digits = step < 0.1 ? 2 : step < 1 ? 1 : 0;
      return {
        type: 'value',
        min: least,
        max: most,
        axisLine: { lineStyle: { color: color.border } },
        axisTick: { show: false, customValues: round }, // The lines stand where ticks would.
        splitLine: { lineStyle: { color: color.border } },
        axisLabel: { customValues: round, color: color.textSecondary, fontSize: 12, hideOverlap: true, formatter: (value: number) => `${value.toFixed(digits)}°${letter}` },
      };
    };
    drawn.setOption({
      animation: false,
      textStyle: { fontFamily },
      grid: { ...PAD, outerBoundsMode: 'none' },
      xAxis: { ...axis(west, east, 'E'), position: 'bottom' },
      yAxis: axis(south, north, 'N'),
      tooltip: { trigger: 'item', confine: true, transitionDuration: 0, padding: [8, 12], borderColor: color.border, textStyle: { color: color.text, fontFamily, fontSize: 13 }, formatter: ({ dataIndex }: { dataIndex: number }) => tip(ordered[dataIndex]) },
      series: [
        {
          type: 'scatter',
          data: ordered.map(({ id, name, longitude, latitude, size, symbol, colour }) => ({
            id,
            name,
            value: [longitude, latitude],
            symbol,
            symbolSize: SMALLEST + (LARGEST - SMALLEST) * Math.sqrt(size / largest),
            itemStyle: { color: colour, opacity: 0.78, borderColor: id === chosen ? color.text : color.surface, borderWidth: id === chosen ? 3 : symbol === 'emptyCircle' ? 2 : 1, ...(symbol === 'emptyCircle' && id !== chosen ? { borderColor: colour } : {}) },
            label: { show: id === chosen, formatter: name, position: 'top', color: color.text, fontSize: 13, fontWeight: 600, backgroundColor: 'rgba(255,255,255,.85)', padding: [2, 6], borderRadius: 4 },
          })),
          emphasis: { itemStyle: { opacity: 1 } },
        },
      ],
    });
  };

  useEffect(() => {
    if (!place.current) return;
    const drawn = init(place.current, undefined, { renderer: 'svg' });
    chart.current = drawn;
    drawn.on('click', ({ data }) => {
      const id = (data as { id?: string } | null)?.id;
      if (id) choose.current(id);
    });
    const watch = new ResizeObserver(() => {
      drawn.resize();
      draw.current();
    });
    watch.observe(place.current);
    return () => {
      watch.disconnect();
      drawn.dispose();
    };
  }, []);

  useEffect(() => draw.current(), [places, chosen]);

  return <div ref={place} className={className} role="img" aria-label={label} />;
}

/** As an element, not as HTML: names are whatever an institution calls itself. */
function tip(place: MapPlace | undefined): HTMLElement {
  const all = document.createElement('div');
  const name = document.createElement('strong');
  name.textContent = place?.name ?? '';
  all.append(name);
  for (const line of place?.lines ?? []) {
    const row = document.createElement('div');
    row.textContent = line;
    all.append(row);
  }
  return all;
}
