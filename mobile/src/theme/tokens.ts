/** Colours of one appearance. Text colours reach 4.5:1 on `page`, `raised` and `sunken`. */
export interface Palette {
  dark: boolean;
  page: string;
  raised: string;
  sunken: string;
  hover: string;
  text: string;
  soft: string;
  faint: string;
  line: string;
  edge: string;
  accent: string;
  accentHover: string;
  onAccent: string;
  accentText: string;
  accentWash: string;
  coral: string;
  coralText: string;
  coralWash: string;
  danger: string;
  dangerWash: string;
  good: string;
  goodWash: string;
  shade: string;
  shadow: string;
}

export const light: Palette = {
  dark: false,
  page: '#FBFAF7',
  raised: '#FFFFFF',
  sunken: '#F4F2ED',
  hover: '#F0EEE8',
  text: '#15211F',
  soft: '#54625F',
  faint: '#66726F',
  line: '#E8E5DE',
  edge: '#D8D4CB',
  accent: '#0F766E',
  accentHover: '#0B655E',
  onAccent: '#FFFFFF',
  accentText: '#0F6B64',
  accentWash: '#E4F1EE',
  coral: '#F26B4E',
  coralText: '#B5412A',
  coralWash: '#FDEDE8',
  danger: '#B42318',
  dangerWash: '#FCEBE9',
  good: '#1B6E46',
  goodWash: '#E5F3EA',
  shade: 'rgba(16, 28, 26, 0.4)',
  shadow: '0 1px 2px rgba(21, 33, 31, 0.05), 0 6px 20px rgba(21, 33, 31, 0.06)',
};

export const dark: Palette = {
  dark: true,
  page: '#0E1514',
  raised: '#16201E',
  sunken: '#0A1110',
  hover: '#1C2826',
  text: '#E9EFED',
  soft: '#A9B6B3',
  faint: '#8C9A97',
  line: '#22302D',
  edge: '#33433F',
  accent: '#2FA79B',
  accentHover: '#3BB8AB',
  onAccent: '#04211E',
  accentText: '#5CCABE',
  accentWash: '#12322E',
  coral: '#FF8F73',
  coralText: '#FFA58E',
  coralWash: '#3A211A',
  danger: '#FF8A80',
  dangerWash: '#3A1B19',
  good: '#6FD3A0',
  goodWash: '#13301F',
  shade: 'rgba(0, 0, 0, 0.6)',
  shadow: '0 1px 2px rgba(0, 0, 0, 0.3), 0 8px 24px rgba(0, 0, 0, 0.28)',
};

export const space = { xs: 4, s: 8, m: 12, l: 16, xl: 24, xxl: 32, xxxl: 48 } as const;
export const radius = { s: 8, m: 12, l: 16, xl: 24, full: 999 } as const;

/** Widths at which the layout changes and where text stops growing. */
export const width = { wide: 900, list: 340, rail: 84, reading: 760, form: 400 } as const;

export const type = {
  display: { fontSize: 30, lineHeight: 38, fontWeight: '700', letterSpacing: -0.5 },
  title: { fontSize: 22, lineHeight: 30, fontWeight: '700', letterSpacing: -0.3 },
  heading: { fontSize: 17, lineHeight: 24, fontWeight: '600', letterSpacing: -0.1 },
  body: { fontSize: 16, lineHeight: 26, fontWeight: '400' },
  label: { fontSize: 15, lineHeight: 22, fontWeight: '500' },
  strong: { fontSize: 15, lineHeight: 22, fontWeight: '600' },
  small: { fontSize: 14, lineHeight: 21, fontWeight: '400' },
  caption: { fontSize: 13, lineHeight: 18, fontWeight: '400' },
} as const;
