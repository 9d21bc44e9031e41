import { lexer, type Token, type Tokens } from 'marked';
import { memo, useMemo, type ReactNode } from 'react';
import { StyleSheet, View } from 'react-native';

import { themed } from '@/theme/theme';
import { radius, space, type Palette } from '@/theme/tokens';

import { inline } from './markdown-inline';
import { settled } from './markdown-growing';
import { MarkdownTable } from './markdown-table';
import { Text } from './text';

interface MarkdownProps {
  text: string;
  /** Whether more of it is still to come. */
  writing?: boolean;
}

/** An answer's text. Nothing in it is fetched: pictures show as their names, raw HTML as it is written. */
export function Markdown({ text, writing = false }: MarkdownProps) {
  const styles = useStyles();
  const blocks = useMemo(() => lexer(writing ? settled(text) : text).filter(shows), [text, writing]);
  return (
    <View style={styles.blocks}>
      {blocks.map((block, at) => (
        <Block key={at} block={block} writing={writing && at === blocks.length - 1} />
      ))}
      {writing && blocks.length === 0 && (
        <Text>
          <Cursor />
        </Text>
      )}
    </View>
  );
}

const shows = ({ type }: Token): boolean => type !== 'space' && type !== 'def';

/** Where the next words will appear. */
function Cursor() {
  return (
    <Text tone="faint" aria-hidden>
      {'\u2009▍'}
    </Text>
  );
}

const Block = memo(
  function Block({ block, writing = false }: { block: Token; writing?: boolean }): ReactNode {
    const styles = useStyles();
    const cursor = writing && <Cursor />;
    switch (block.type) {
      case 'hr':
        return <View style={styles.rule} />;
      case 'heading': {
        const { depth, tokens } = block as Tokens.Heading;
        return (
          <Text role="heading" aria-level={depth + 1} size={depth < 3 ? 'heading' : 'strong'} selectable>
            {inline(tokens)}
            {cursor}
          </Text>
        );
      }
      case 'code':
        return (
          <View style={styles.code}>
            <Text code size="small" selectable>
              {(block as Tokens.Code).text}
              {cursor}
            </Text>
          </View>
        );
      case 'blockquote':
        return (
          <View style={styles.quote}>
            <Blocks tokens={(block as Tokens.Blockquote).tokens ?? []} writing={writing} />
          </View>
        );
      case 'list':
        return <List list={block as Tokens.List} writing={writing} />;
      case 'table':
        return <MarkdownTable table={block as Tokens.Table} />;
      case 'html':
        return <Text selectable>{block.raw.trim()}</Text>;
      default:
        return (
          <Text selectable>
            {inline('tokens' in block ? block.tokens : undefined, block.raw)}
            {cursor}
          </Text>
        );
    }
  },
  (before, after) =>
    before.block.raw === after.block.raw && before.block.type === after.block.type && before.writing === after.writing,
);

/** The blocks within a block. */
function Blocks({ tokens, writing }: { tokens: Token[]; writing: boolean }) {
  const blocks = tokens.filter(shows);
  return blocks.map((block, at) => <Block key={at} block={block} writing={writing && at === blocks.length - 1} />);
}

function List({ list, writing }: { list: Tokens.List; writing: boolean }) {
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
            <Blocks tokens={item.tokens} writing={writing && at === list.items.length - 1} />
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
