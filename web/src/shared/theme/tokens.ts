import type { ThemeConfig } from 'antd';

/**
 * Every colour, size and font of our pages, once. Ant Design takes them through {@link antTheme}, our own style sheets
 * as CSS variables through {@link applyTokens}. A test holds each text pair to 4.5 : 1 and each graphic to 3 : 1.
 */
export const color = {
  /** 靛青: what can be pressed, what is selected. */
  primary: '#1F6F8B',
  primaryDeep: '#175468',
  primaryDarkest: '#0F3B4A',
  primarySoft: '#E6F1F5',
  /** 枸杞红: only what needs a hand now. */
  accent: '#C8452D',
  accentSoft: '#FBEDE9',
  success: '#2E7D5B',
  successSoft: '#EFF8F3',
  /** For shapes; words on a light ground take {@link warningText}, which is dark enough to read. */
  warning: '#B7791F',
  warningText: '#8A5A12',
  warningSoft: '#FBF3E2',
  error: '#B42318',
  errorSoft: '#FDECEA',
  text: '#1D2B33',
  textSecondary: '#5B6B73',
  surface: '#FFFFFF',
  ground: '#F5F8F9',
  border: '#E1E8EB',
  /** Edge of a field: 3 : 1 on white, as a border that one must see. */
  borderStrong: '#849299',
} as const;

/** The same by name for dark rooms: light words on dark grounds, each pair held to the same contrast. */
export const darkColor: Record<keyof typeof color, string> = {
  primary: '#74BCD6',
  primaryDeep: '#A3D5E6',
  primaryDarkest: '#C8E6F0',
  primarySoft: '#1B3A47',
  accent: '#F0937F',
  accentSoft: '#43221B',
  success: '#7CC7A3',
  successSoft: '#17352A',
  warning: '#D9A441',
  warningText: '#E8BE6F',
  warningSoft: '#3A2D12',
  error: '#F4978E',
  errorSoft: '#45211E',
  text: '#E6EDF1',
  textSecondary: '#A3B3BC',
  surface: '#17212A',
  ground: '#0F171E',
  border: '#2B3944',
  borderStrong: '#73858F',
};

export type Scheme = 'light' | 'dark';

const paletteOf = (scheme: Scheme): Record<keyof typeof color, string> => (scheme === 'dark' ? darkColor : color);

export const fontFamily = '"PingFang SC","Noto Sans CJK SC","Microsoft YaHei",sans-serif';
export const radius = { card: 8, control: 6 } as const;
export const shadow = '0 1px 2px rgba(29,43,51,.06), 0 4px 12px rgba(29,43,51,.05)';

/** Pairs that carry words: foreground on background, in either scheme. */
export const textPairs = (color: Record<keyof typeof darkColor, string>): [string, string][] => [
  [color.text, color.surface],
  [color.text, color.ground],
  [color.textSecondary, color.surface],
  [color.textSecondary, color.ground],
  [color.text, color.border],
  [color.primary, color.surface],
  [color.primary, color.ground],
  [color.primaryDeep, color.primarySoft],
  [color.surface, color.primary],
  [color.accent, color.surface],
  [color.accent, color.ground],
  [color.surface, color.accent],
  [color.success, color.surface],
  [color.success, color.successSoft],
  [color.warningText, color.surface],
  [color.warningText, color.warningSoft],
  [color.error, color.surface],
  [color.error, color.ground],
  [color.error, color.errorSoft],
  [color.surface, color.error],
];

/** Pairs that carry shapes only. */
export const graphicPairs = (color: Record<keyof typeof darkColor, string>): [string, string][] => [
  [color.warning, color.surface],
  [color.borderStrong, color.surface],
];

/** @param touch the pointer is a finger: controls are at least 44 px high */
export function antTheme(touch: boolean, scheme: Scheme = 'light'): ThemeConfig {
  const color = paletteOf(scheme);
  return {
    token: {
      colorPrimary: color.primary,
      // Under the pointer things grow darker, not lighter as Ant Design derives it: lighter would be too pale to read.
      colorPrimaryHover: color.primaryDeep,
      colorPrimaryActive: color.primaryDarkest,
      colorLink: color.primary,
      colorLinkHover: color.primaryDeep,
      colorLinkActive: color.primaryDarkest,
      colorSuccess: color.success,
      colorWarning: color.warning,
      colorError: color.error,
      colorInfo: color.primary,
      colorText: color.text,
      colorTextSecondary: color.textSecondary,
      colorTextTertiary: color.textSecondary,
      colorTextDescription: color.textSecondary,
      colorTextPlaceholder: scheme === 'dark' ? color.textSecondary : '#6A7981',
      colorBorder: color.borderStrong,
      colorBorderSecondary: color.border,
      colorBgLayout: color.ground,
      ...(scheme === 'dark'
        ? { colorBgBase: color.surface, colorBgContainer: color.surface, colorBgElevated: '#1F2B35', colorTextLightSolid: color.surface, colorBgSpotlight: color.text }
        : {}),
      borderRadius: radius.control,
      borderRadiusLG: radius.card,
      fontFamily,
      fontSize: 14,
      controlHeight: touch ? 44 : 36,
      controlHeightSM: touch ? 44 : 28,
      boxShadow: shadow,
      boxShadowSecondary: shadow,
      motionDurationSlow: '0.2s',
      motionDurationMid: '0.15s',
      motion: !matchMedia('(prefers-reduced-motion: reduce)').matches,
    },
    components: { Segmented: { trackBg: color.border, itemColor: color.text } },
  };
}

/** Puts the tokens on the document as `--primary`, `--text-secondary` …, so that style sheets name them instead of repeating them. */
export function applyTokens(root: HTMLElement, scheme: Scheme = 'light'): void {
  root.style.colorScheme = scheme;
  for (const [name, value] of Object.entries(paletteOf(scheme))) {
    root.style.setProperty(`--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`, value);
  }
  root.style.setProperty('--font', fontFamily);
  root.style.setProperty('--radius-card', `${radius.card}px`);
  root.style.setProperty('--radius-control', `${radius.control}px`);
  root.style.setProperty('--shadow', shadow);
}
