package health.helan.foundation.store.content;

import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdDictCompress;
import com.github.luben.zstd.ZstdDictDecompress;
import com.github.luben.zstd.ZstdException;
import health.helan.foundation.store.ContentCodec;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Zstandard (RFC 8878) with a dictionary trained on synthetic resources, because most resources are
 * shorter than 2 kB and share their names and codes. Four bytes of length lead the frame.
 *
 * <p>Codecs: 0 = plain bytes, 1 = zstd with dictionary 1. A new dictionary gets a new number; old
 * ones stay readable for ever.
 */
public final class ZstdCodec implements ContentCodec {
  private static final short PLAIN = 0;
  private static final short ZSTD_DICTIONARY_1 = 1;
  private static final int LEVEL = 1;

  /** Larger content than the API takes is damage, not data. */
  private static final int MAX_CONTENT = 512 << 20;

  private final ZstdDictCompress compressDictionary;
  private final ZstdDictDecompress decompressDictionary;
  private final Queue<ZstdCompressCtx> compressors = new ConcurrentLinkedQueue<>();
  private final Queue<ZstdDecompressCtx> decompressors = new ConcurrentLinkedQueue<>();

  public ZstdCodec() {
    byte[] dictionary = dictionary("dictionary-1.zstd");
    compressDictionary = new ZstdDictCompress(dictionary, LEVEL);
    decompressDictionary = new ZstdDictDecompress(dictionary);
  }

  private static byte[] dictionary(String name) {
    try (InputStream in = ZstdCodec.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("missing " + name);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public Encoded encode(Place place, byte[] json) {
    ZstdCompressCtx context = compressors.poll();
    if (context == null) {
      context = new ZstdCompressCtx();
      context.setChecksum(true);
      context.setContentSize(false);
      context.setDictID(false);
      context.loadDict(compressDictionary);
    }
    byte[] compressed = context.compress(json);
    compressors.add(context);
    if (compressed.length + 4 >= json.length) {
      return new Encoded(PLAIN, (short) 0, json);
    }
    byte[] content = new byte[compressed.length + 4];
    ByteBuffer.wrap(content).putInt(json.length).put(compressed);
    return new Encoded(ZSTD_DICTIONARY_1, (short) 0, content);
  }

  @Override
  public byte[] decode(Place place, short codec, short keyId, byte[] content) {
    if (keyId != 0) {
      throw new IllegalStateException("content is encrypted with key " + keyId);
    }
    return switch (codec) {
      case PLAIN -> content;
      case ZSTD_DICTIONARY_1 -> decompress(content);
      default -> throw new IllegalStateException("unknown content codec " + codec);
    };
  }

  private byte[] decompress(byte[] content) {
    int length = ByteBuffer.wrap(content).getInt();
    if (length < 0 || length > MAX_CONTENT) {
      throw new IllegalStateException("damaged content: length " + length);
    }
    ZstdDecompressCtx context = decompressors.poll();
    if (context == null) {
      context = new ZstdDecompressCtx();
      context.loadDict(decompressDictionary);
    }
    byte[] json = new byte[length];
    try {
      int got = context.decompressByteArray(json, 0, length, content, 4, content.length - 4);
      if (got != length) {
        throw new IllegalStateException("damaged content: " + got + " bytes instead of " + length);
      }
    } catch (ZstdException e) {
      throw new IllegalStateException("damaged content", e);
    }
    decompressors.add(context);
    return json;
  }
}
