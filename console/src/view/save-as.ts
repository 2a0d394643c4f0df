/** Hands a file to the browser, as a download: the API wants a token, which a plain link would not carry. */
export function saveAs(blob: Blob, name: string): void {
  const address = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  // Only after the browser has taken it.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
