import type { Token, Tokens } from 'marked';
import type { ReactNode } from 'react';
import { Linking, Platform, StyleSheet, Text as Span } from 'react-native';

import { useTexts } from '@/i18n/texts';
import { usePalette } from '@/theme/theme';

import { linkTarget, saysWhere } from './link';
import { Text } from './text';

const styles = StyleSheet.create({
  strong: { fontWeight: '600' },
  em: { fontStyle: 'italic' },
  del: { textDecorationLine: 'line-through' },
  link: { textDecorationLine: 'underline' },
});

/** A link that can be opened, with where it leads; any other one is shown whole, as text. */
function Link({ token }: { token: Tokens.Link }) {
  const palette = usePalette();
  const { states } = useTexts();
  const target = linkTarget(token.href);
  if (target === null) return <>{whole(token)}</>;
  const opening =
    Platform.OS === 'web'
      ? { href: target.href, hrefAttrs: { target: 'blank', rel: 'noopener noreferrer' } }
      : { onPress: () => void Linking.openURL(target.href) };
  const named = saysWhere(token.text, target);
  return (
    <Span role="link" aria-label={named ? token.text : states.linkTo(token.text, target.place)} style={[styles.link, { color: palette.accentText }]} {...opening}>
      {inline(token.tokens)}
      {named ? null : ` (${target.place})`}
    </Span>
  );
}

const whole = ({ raw, text, href }: Tokens.Link): string => (raw === text || raw.includes(href) ? raw : `[${text}](${href})`);

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
        return `[${(token as Tokens.Image).text || linkTarget((token as Tokens.Image).href)?.place || ''}]`;
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
