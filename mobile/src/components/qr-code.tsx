import { memo, useMemo } from 'react';
import { StyleSheet, View } from 'react-native';
import { encode } from 'uqr';

interface QrCodeProps {
  text: string;
  /** What it is, for those who can't see it. */
  label: string;
}

/** Points of one module. */
const MODULE = 4;

/** Runs of dark modules in a line: where each begins and how long it is. */
function runs(line: boolean[]): { from: number; length: number }[] {
  const found: { from: number; length: number }[] = [];
  line.forEach((dark, at) => {
    const last = found.at(-1);
    if (!dark) return;
    if (last && last.from + last.length === at) last.length += 1;
    else found.push({ from: at, length: 1 });
  });
  return found;
}

/** A QR code, drawn here: the text goes nowhere. Black on white, also in the dark, so that every camera reads it. */
export const QrCode = memo(function QrCode({ text, label }: QrCodeProps) {
  const lines = useMemo(() => encode(text, { ecc: 'M', border: 3 }).data, [text]);
  return (
    <View role="img" aria-label={label} style={[styles.code, { width: lines.length * MODULE, height: lines.length * MODULE }]}>
      {lines.map((line, y) =>
        runs(line).map(({ from, length }) => (
          <View key={`${y} ${from}`} style={[styles.run, { top: y * MODULE, left: from * MODULE, width: length * MODULE }]} />
        )),
      )}
    </View>
  );
});

const styles = StyleSheet.create({
  code: { backgroundColor: '#ffffff', borderRadius: 8, overflow: 'hidden' },
  run: { position: 'absolute', height: MODULE, backgroundColor: '#000000' },
});
