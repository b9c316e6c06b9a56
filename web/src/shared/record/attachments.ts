import { useQuery } from '@tanstack/react-query';
import type { Attachment } from 'fhir/r4';
import { useEffect, useState } from 'react';
import { bytes } from '../fhir/client';

/** An attachment's bytes, whether they lie in it or elsewhere on this server. */
export function useBlob(attachment: Attachment) {
  return useQuery({
    queryKey: ['attachment', attachment.url ?? attachment.data?.slice(0, 200), attachment.hash, attachment.size],
    queryFn: async ({ signal }) => {
      if (attachment.data !== undefined) return new Blob([Uint8Array.from(atob(attachment.data), (character) => character.charCodeAt(0))]);
      return bytes(attachment.url ?? '', signal);
    },
    enabled: attachment.data !== undefined || attachment.url !== undefined,
    gcTime: 0,
  });
}

export const typeOf = (attachment: Attachment): string => (attachment.contentType ?? '').split(';')[0]?.trim() ?? '';

export const isHtml = (type: string): boolean => type === 'text/html' || type === 'application/xhtml+xml';
export const isText = (type: string): boolean => type.startsWith('text/') || type.endsWith('xml') || type.endsWith('json');
export const isPicture = (type: string): boolean => /^image\/(png|jpeg|gif|webp|bmp)$/.test(type);

export function useObjectUrl(blob: Blob | undefined, type: string): string | undefined {
  const [address, setAddress] = useState<string>();
  useEffect(() => {
    if (!blob) return undefined;
    const made = URL.createObjectURL(blob.slice(0, blob.size, type));
    setAddress(made);
    return () => URL.revokeObjectURL(made);
  }, [blob, type]);
  return address;
}

export function useText(blob: Blob): string {
  const [text, setText] = useState('');
  useEffect(() => {
    let wanted = true;
    void blob.text().then((read) => wanted && setText(read));
    return () => {
      wanted = false;
    };
  }, [blob]);
  return text;
}
