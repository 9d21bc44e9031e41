import { lexer, type Token, type Tokens } from 'marked';
import { memo, useMemo, type ReactNode } from 'react';
import { StyleSheet, View } from 'react-native';

import { themed } from '@/theme/theme';
import { radius, space, type Palette } from '@/theme/tokens';

import { inline } from './markdown-inline';
import { MarkdownTable } from './markdown-table';
import { Text } from './text';

/** An answer's text. Nothing in it is fetched: pictures show as their names, raw HTML as it is written. */
export function Markdown({ text }: { text: string }) {
  const styles = useStyles();
  const blocks = useMemo(() => lexer(text), [text]);
  return (
    <View style={styles.blocks}>
      {blocks.map((block, at) => (
        <Block key={at} block={block} />
      ))}
    </View>
  );
}

const Block = memo(
  function Block({ block }: { block: Token }): ReactNode {
    const styles = useStyles();
    switch (block.type) {
      case 'space':
      case 'def':
        return null;
      case 'hr':
        return <View style={styles.rule} />;
      case 'heading': {
        const { depth, tokens } = block as Tokens.Heading;
        return (
          <Text role="heading" aria-level={depth + 1} size={depth < 3 ? 'heading' : 'strong'} selectable>
            {inline(tokens)}
          </Text>
        );
      }
      case 'code':
        return (
          <View style={styles.code}>
            <Text code size="small" selectable>
              {(block as Tokens.Code).text}
            </Text>
          </View>
        );
      case 'blockquote':
        return (
          <View style={styles.quote}>
            {((block as Tokens.Blockquote).tokens ?? []).map((inner, at) => (
              <Block key={at} block={inner} />
            ))}
          </View>
        );
      case 'list':
        return <List list={block as Tokens.List} />;
      case 'table':
        return <MarkdownTable table={block as Tokens.Table} />;
      case 'html':
        return <Text selectable>{block.raw.trim()}</Text>;
      default:
        return <Text selectable>{inline('tokens' in block ? block.tokens : undefined, block.raw)}</Text>;
    }
  },
  (before, after) => before.block.raw === after.block.raw && before.block.type === after.block.type,
);

function List({ list }: { list: Tokens.List }) {
  const styles = useStyles();
  const first = typeof list.start === 'number' ? list.start : 1;
  return (
    <View role="list" style={styles.list}>
      {list.items.map((item, at) => (
        <View key={at} role="listitem" style={styles.item}>
          <Text tone="faint" tabular style={styles.bullet}>
            {list.ordered ? `${first + at}.` : '•'}
          </Text>
          <View style={styles.itemBody}>
            {item.tokens.map((inner, place) => (
              <Block key={place} block={inner} />
            ))}
          </View>
        </View>
      ))}
    </View>
  );
}

const useStyles = themed((c: Palette) =>
  StyleSheet.create({
    blocks: { gap: space.m },
    rule: { height: 1, backgroundColor: c.line, marginVertical: space.xs },
    code: { padding: space.m, borderRadius: radius.m, backgroundColor: c.sunken, borderWidth: 1, borderColor: c.line },
    quote: { paddingLeft: space.m, borderLeftWidth: 3, borderLeftColor: c.edge, gap: space.s },
    list: { gap: space.xs },
    item: { flexDirection: 'row', gap: space.s },
    bullet: { minWidth: 18, textAlign: 'right' },
    itemBody: { flex: 1, minWidth: 0, gap: space.xs },
  }),
);
