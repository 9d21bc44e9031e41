import { useEffect, useState } from 'react';
import { Image, StyleSheet, View } from 'react-native';

import { Failure, Loading } from '@/components/states';
import { useTexts } from '@/i18n/texts';
import { imageSource, type HeldImage } from '@/services/image-source';
import type { StoredFile } from '@/services/types';
import { space } from '@/theme/tokens';

export function ImageViewer({ file }: { file: StoredFile }) {
  const { files } = useTexts();
  const [held, setHeld] = useState<HeldImage | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [attempt, setAttempt] = useState(0);

  useEffect(() => {
    let mine: HeldImage | null = null;
    let gone = false;
    imageSource(file).then(
      (image) => {
        mine = image;
        if (gone) image.release();
        else setHeld(image);
      },
      (problem: unknown) => !gone && setError(problem),
    );
    return () => {
      gone = true;
      mine?.release();
    };
  }, [file, attempt]);

  const retry = () => {
    setError(null);
    setAttempt(attempt + 1);
  };
  if (error) return <Failure error={error} onRetry={retry} />;
  if (!held) return <Loading />;
  return (
    <View style={styles.frame}>
      <Image source={held.source} resizeMode="contain" style={styles.image} aria-label={files.imageOf(file.name)} alt={files.imageOf(file.name)} />
    </View>
  );
}

const styles = StyleSheet.create({
  frame: { flex: 1, padding: space.l },
  image: { flex: 1, width: '100%' },
});
