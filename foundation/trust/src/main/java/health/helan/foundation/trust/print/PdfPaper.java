package health.helan.foundation.trust.print;

import java.awt.Color;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Calendar;
import org.apache.fontbox.ttf.CmapLookup;
import org.apache.fontbox.ttf.TrueTypeFont;
import org.apache.pdfbox.cos.COSDictionary;
import org.apache.pdfbox.cos.COSName;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.PDPageContentStream;
import org.apache.pdfbox.pdmodel.PDPageContentStream.AppendMode;
import org.apache.pdfbox.pdmodel.common.PDRectangle;
import org.apache.pdfbox.pdmodel.font.PDType0Font;
import org.apache.pdfbox.pdmodel.interactive.viewerpreferences.PDViewerPreferences;
import org.jspecify.annotations.Nullable;

/** PDF 1.7 (ISO 32000-1), with the characters in use embedded. */
final class PdfPaper implements Paper {
  private record Font(PDType0Font font, CmapLookup glyphs) {}

  private final PDDocument document = new PDDocument();
  private final Font regular;
  private final Font bold;
  private @Nullable PDPageContentStream open;

  PdfPaper(Fonts fonts) {
    try {
      regular = font(fonts.regular());
      bold = font(fonts.bold());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Font font(TrueTypeFont file) throws IOException {
    return new Font(PDType0Font.load(document, file, true), file.getUnicodeCmapLookup());
  }

  private Font font(boolean isBold) {
    return isBold ? bold : regular;
  }

  private interface Drawing {
    void on(PDPageContentStream out) throws IOException;
  }

  private void draw(Drawing drawing) {
    try {
      if (open == null) {
        throw new IllegalStateException("no page");
      }
      drawing.on(open);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void begin(PDPage page, AppendMode mode) {
    try {
      if (open != null) {
        open.close();
      }
      open = new PDPageContentStream(document, page, mode, true, true);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void page() {
    var page = new PDPage(PDRectangle.A4);
    document.addPage(page);
    begin(page, AppendMode.OVERWRITE);
  }

  @Override
  public int pages() {
    return document.getNumberOfPages();
  }

  @Override
  public void turnTo(int number) {
    begin(document.getPage(number), AppendMode.APPEND);
  }

  @Override
  public boolean has(int character, boolean isBold) {
    return font(isBold).glyphs.getGlyphId(character) != 0;
  }

  @Override
  public float width(String shown, float size, boolean isBold) {
    try {
      return font(isBold).font.getStringWidth(shown) / 1000 * size;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void text(String shown, float size, boolean isBold, Color color, float x, float base) {
    draw(
        out -> {
          out.beginText();
          out.setNonStrokingColor(color);
          out.setFont(font(isBold).font, size);
          out.newLineAtOffset(x, base);
          out.showText(shown);
          out.endText();
        });
  }

  @Override
  public void rule(float from, float to, float at, float thick, Color color) {
    draw(
        out -> {
          out.setStrokingColor(color);
          out.setLineWidth(thick);
          out.moveTo(from, at);
          out.lineTo(to, at);
          out.stroke();
        });
  }

  @Override
  public void fill(float x, float bottom, float width, float height, Color color) {
    draw(
        out -> {
          out.setNonStrokingColor(color);
          out.addRect(x, bottom, width, height);
          out.fill();
        });
  }

  @Override
  public byte[] finish(String title, String author) {
    try {
      if (open != null) {
        open.close();
        open = null;
      }
      var information = document.getDocumentInformation();
      information.setTitle(title);
      information.setAuthor(author);
      information.setProducer("Helan");
      information.setCreationDate(Calendar.getInstance());
      var catalog = document.getDocumentCatalog();
      catalog.setLanguage("zh-CN");
      var preferences = new PDViewerPreferences(new COSDictionary());
      preferences.setDisplayDocTitle(true);
      catalog.setViewerPreferences(preferences);
      catalog.getCOSObject().setName(COSName.VERSION, "1.7");
      var bytes = new ByteArrayOutputStream();
      document.save(bytes);
      return bytes.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    try {
      document.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
