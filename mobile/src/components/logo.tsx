import mark from '@assets/logo.png';
import { Image } from 'react-native';

export function Logo({ size = 40 }: { size?: number }) {
  return <Image source={mark} style={{ width: size, height: size }} aria-hidden alt="" />;
}
