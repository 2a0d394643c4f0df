import Box from '@cloudscape-design/components/box';

/** Where a list has nothing: that there is nothing, and how something comes there. */
export function Empty({ words }: { readonly words: { readonly empty: string; readonly emptyHint: string } }) {
  return (
    <Box textAlign="center" color="inherit" padding="l">
      <b>{words.empty}</b>
      <Box color="inherit">{words.emptyHint}</Box>
    </Box>
  );
}
