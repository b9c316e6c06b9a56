/** What a phone's camera makes is larger than a consultation needs: the longer side is brought to so many pixels. */
const LONGEST = 2_000;
const QUALITY = 0.85;
/** Pictures that are small enough go as they are. */
const SMALL = 1 << 20;
const TYPES = ['image/jpeg', 'image/png', 'image/webp'];

export type Prepared = { type: string; data: string };

/** @throws Error for what is no picture that this browser can read */
export async function prepare(file: Blob): Promise<Prepared> {
  if (file.size <= SMALL && TYPES.includes(file.type)) return { type: file.type, data: await base64(file) };
  const bitmap = await createImageBitmap(file);
  const scale = Math.min(1, LONGEST / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(bitmap.width * scale);
  canvas.height = Math.round(bitmap.height * scale);
  canvas.getContext('2d')?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  const small = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/jpeg', QUALITY));
  if (!small) throw new Error('the picture could not be made smaller');
  return { type: 'image/jpeg', data: await base64(small) };
}

export function base64(blob: Blob): Promise<string> {
  return new Promise((done, failed) => {
    const reader = new FileReader();
    // The type of a recording has a comma itself: video/webm;codecs=vp8,opus.
    reader.onload = () => done(String(reader.result).replace(/^.*?;base64,/, ''));
    reader.onerror = () => failed(reader.error ?? new Error('unreadable'));
    reader.readAsDataURL(blob);
  });
}
