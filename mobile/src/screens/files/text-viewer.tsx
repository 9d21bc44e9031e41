import { useQuery } from '@tanstack/react-query';
import { ScrollView, StyleSheet, View } from 'react-native';

import { Markdown } from '@/components/markdown';
import { Loading } from '@/components/states';
import { Text } from '@/components/text';
import { useTexts } from '@/i18n/texts';
import { asProblem } from '@/services/problem';
import * as queries from '@/services/queries';
import type { StoredFile } from '@/services/types';
import { themed } from '@/theme/theme';
import { space, width, type Palette } from '@/theme/tokens';

import { NoPreview } from './no-preview';

/** Lines in runs: those of tables, and all others. */
export function runsOf(text: string): { table: boolean; text: string }[] {
  const runs: { table: boolean; text: string }[] = [];
  for (const line of text.split('\n')) {
    const table = line.startsWith('| ');
    const last = runs.at(-1);
    if (last?.table === table) last.text += `\n${line}`;
    else runs.push({ table, text: line });
  }
  return runs.filter((run) => run.text.trim() !== '');
}

/** What a file says, where it can't be shown as it looks. */
export function TextViewer({ file }: { file: StoredFile }) {
  const styles = useStyles();
  const { files } = useTexts();
  const query = useQuery(queries.fileText(file.id));
  if (query.isPending) return <Loading />;
  if (!query.data) return <NoPreview file={file} title={files.unreadable} lead={asProblem(query.error).detail || files.unreadableLead} />;
  return (
    <ScrollView role="document" aria-label={file.name} contentContainerStyle={styles.page}>
      <View style={styles.column}>
        {query.data.parts.map((part, index) => (
          <View key={index} style={styles.part}>
            {part.place !== '' && (
              <Text size="caption" tone="faint">
                {part.place}
              </Text>
            )}
            {runsOf(part.text).map((run, at) => (run.table ? <Markdown key={at} text={run.text} /> : <Text key={at} selectable>{run.text}</Text>))}
          </View>
        ))}
        {query.data.cut && <Text tone="soft">{files.cut}</Text>}
      </View>
    </ScrollView>
  );
}

const useStyles = themed((c: Palette) =>
  StyleSheet.create({
    page: { alignItems: 'center', padding: space.l },
    column: { width: '100%', maxWidth: width.reading, gap: space.m },
    part: { gap: space.s, paddingBottom: space.m, borderBottomWidth: 1, borderBottomColor: c.line },
  }),
);
