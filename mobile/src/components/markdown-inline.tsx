import type { Token, Tokens } from 'marked';
import type { ReactNode } from 'react';
import { Linking, Platform, StyleSheet, Text as Span } from 'react-native';

import { useTexts } from '@/i18n/texts';
import { usePalette } from '@/theme/theme';

import { Text } from './text';

const styles = StyleSheet.create({
  strong: { fontWeight: '600' },
  em: { fontStyle: 'italic' },
  del: { textDecorationLine: 'line-through' },
  link: { textDecorationLine: 'underline' },
});

/** Where a link leads, for showing it; null for what is not opened. */
export function hostOf(href: string): string | null {
  if (/^mailto:/i.test(href)) return href.slice(7).split('?')[0] ?? null;
  return /^https?:\/\/(?:[^/?#@]*@)?([^/?#]+)/i.exec(href)?.[1]?.toLowerCase() ?? null;
}

function Link({ token }: { token: Tokens.Link }) {
  const palette = usePalette();
  const { states } = useTexts();
  const host = hostOf(token.href);
  if (host === null) return <>{inline(token.tokens)}</>;
  const opening =
    Platform.OS === 'web'
      ? { href: token.href, hrefAttrs: { target: 'blank', rel: 'noopener noreferrer' } }
      : { onPress: () => void Linking.openURL(token.href) };
  const named = token.text.toLowerCase().includes(host);
  return (
    <Span role="link" aria-label={named ? token.text : states.linkTo(token.text, host)} style={[styles.link, { color: palette.accentText }]} {...opening}>
      {inline(token.tokens)}
      {named ? null : ` (${host})`}
    </Span>
  );
}

/** The parts of a line of text; `raw` where it has none. */
export function inline(tokens: Token[] | undefined, raw = ''): ReactNode {
  if (!tokens) return raw;
  return tokens.map((token, at): ReactNode => {
    switch (token.type) {
      case 'strong':
        return <Styled key={at} look="strong" token={token as Tokens.Strong} />;
      case 'em':
        return <Styled key={at} look="em" token={token as Tokens.Em} />;
      case 'del':
        return <Styled key={at} look="del" token={token as Tokens.Del} />;
      case 'codespan':
        return (
          <Text key={at} code size="small">
            {(token as Tokens.Codespan).text}
          </Text>
        );
      case 'link':
        return <Link key={at} token={token as Tokens.Link} />;
      case 'image':
        return `[${(token as Tokens.Image).text || hostOf((token as Tokens.Image).href) || ''}]`;
      case 'br':
        return '\n';
      case 'text':
        return inline((token as Tokens.Text).tokens, (token as Tokens.Text).text);
      case 'escape':
        return (token as Tokens.Escape).text;
      default:
        return token.raw;
    }
  });
}

function Styled({ look, token }: { look: 'strong' | 'em' | 'del'; token: { tokens?: Token[]; raw: string } }) {
  return <Span style={styles[look]}>{inline(token.tokens, token.raw)}</Span>;
}
