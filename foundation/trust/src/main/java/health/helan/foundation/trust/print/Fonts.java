package health.helan.foundation.trust.print;

import health.helan.foundation.store.Refusal;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ref.SoftReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.fontbox.ttf.TTFParser;
import org.apache.fontbox.ttf.TrueTypeCollection;
import org.apache.fontbox.ttf.TrueTypeFont;
import org.apache.pdfbox.io.RandomAccessReadBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The Chinese fonts that are embedded. They must have TrueType outlines: PDFBox embeds no
 * PostScript ones, so Debian's fonts-noto-cjk cannot serve.
 */
public final class Fonts {
  /** A TrueType file, or a collection whose first font is taken. */
  private static final String FONT_VARIABLE = "HELAN_FONT";

  private static final String BOLD_VARIABLE = "HELAN_FONT_BOLD";

  /** The build puts Noto Sans SC (SIL Open Font License 1.1) here. */
  private static final String SHIPPED = "/fonts/NotoSansSC_400Regular.ttf";

  private static final String SHIPPED_BOLD = "/fonts/NotoSansSC_700Bold.ttf";

  private static final List<Path> INSTALLED =
      List.of(
          Path.of("/usr/share/fonts/truetype/wqy/wqy-microhei.ttc"),
          Path.of("/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc"),
          Path.of("/usr/share/fonts/wqy-microhei/wqy-microhei.ttc"),
          Path.of("/usr/share/fonts/wenquanyi/wqy-microhei/wqy-microhei.ttc"),
          Path.of("/usr/share/fonts/truetype/arphic/uming.ttc"));

  private interface Opening {
    InputStream open() throws IOException;
  }

  /** A file of ten megabytes, read once for as long as there is memory for it. */
  private static final class Source {
    private final Opening opening;
    private SoftReference<byte[]> read = new SoftReference<>(null);

    Source(Opening opening) {
      this.opening = opening;
    }

    synchronized byte[] bytes() throws IOException {
      byte[] bytes = read.get();
      if (bytes == null) {
        try (InputStream in = opening.open()) {
          bytes = in.readAllBytes();
        }
        read = new SoftReference<>(bytes);
      }
      return bytes;
    }
  }

  private final @Nullable Source regular;
  private final @Nullable Source bold;

  private Fonts(@Nullable Source regular, @Nullable Source bold) {
    this.regular = regular;
    this.bold = bold;
  }

  /** These files. */
  public static Fonts of(Path regular, Path bold) {
    return new Fonts(
        new Source(() -> Files.newInputStream(regular)),
        new Source(() -> Files.newInputStream(bold)));
  }

  /** None: to print is refused, and what to install is said. */
  static Fonts none() {
    return new Fonts(null, null);
  }

  /** What the environment names, else what the build shipped, else what is installed. */
  public static Fonts found() {
    String named = System.getenv(FONT_VARIABLE);
    if (named != null && !named.isBlank()) {
      Path file = Path.of(named.strip());
      String second = System.getenv(BOLD_VARIABLE);
      return of(file, second == null || second.isBlank() ? file : Path.of(second.strip()));
    }
    if (Fonts.class.getResource(SHIPPED) != null) {
      return new Fonts(new Source(() -> shipped(SHIPPED)), new Source(() -> shipped(SHIPPED_BOLD)));
    }
    for (Path file : INSTALLED) {
      if (Files.isReadable(file)) {
        return of(file, file);
      }
    }
    return none();
  }

  private static InputStream shipped(String name) throws IOException {
    InputStream in = Fonts.class.getResourceAsStream(name);
    if (in == null) {
      throw new IOException("not in the jar: " + name);
    }
    return in;
  }

  /**
   * @throws Refusal NOT_IMPLEMENTED if there is no font that can be embedded
   */
  TrueTypeFont regular() {
    return read(regular);
  }

  TrueTypeFont bold() {
    return read(bold);
  }

  private static TrueTypeFont read(@Nullable Source source) {
    if (source != null) {
      try {
        byte[] bytes = source.bytes();
        TrueTypeFont font = isCollection(bytes) ? firstOf(bytes) : single(bytes);
        if (font != null && font.getTableMap().containsKey("glyf")) {
          return font;
        }
      } catch (IOException e) {
        // Said below: what is wrong is the installation.
      }
    }
    throw new Refusal(Refusal.Kind.NOT_IMPLEMENTED, "print.no-font");
  }

  private static TrueTypeFont single(byte[] bytes) throws IOException {
    return new TTFParser().parse(new RandomAccessReadBuffer(bytes));
  }

  private static boolean isCollection(byte[] bytes) {
    return bytes.length > 4
        && bytes[0] == 't'
        && bytes[1] == 't'
        && bytes[2] == 'c'
        && bytes[3] == 'f';
  }

  private static @Nullable TrueTypeFont firstOf(byte[] bytes) throws IOException {
    TrueTypeFont[] first = new TrueTypeFont[1];
    var collection = new TrueTypeCollection(new java.io.ByteArrayInputStream(bytes));
    collection.processAllFonts(
        font -> {
          if (first[0] == null) {
            first[0] = font;
          }
        });
    return first[0];
  }
}
