package health.helan.foundation.trust.print;

import java.awt.Color;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.apache.fontbox.ttf.CmapLookup;
import org.apache.fontbox.ttf.TTFSubsetter;
import org.apache.fontbox.ttf.TrueTypeFont;

/**
 * OFD (GB/T 33190-2016): a ZIP of XML, with the characters in use embedded as TrueType. Lengths in
 * it are millimetres from the left and from the top. What the elements mean is from general
 * knowledge and from the sources of OFDRW, which reads and verifies the result in the tests.
 */
final class OfdPaper implements Paper {
  static final String NAMESPACE = "http://www.ofdspec.org/2016";

  private static final double MILLIMETRE = 72 / 25.4;
  private static final String BOX = "0 0 210 297";

  /** Room above and below the base of a line, in heights of its characters: a box cuts off. */
  private static final double ABOVE = 1.2;

  private static final double BELOW = 0.5;

  private sealed interface Drawn {}

  private record Text(String shown, float size, boolean isBold, Color color, float x, float base)
      implements Drawn {}

  private record Rule(float from, float to, float at, float thick, Color color) implements Drawn {}

  private record Fill(float x, float bottom, float width, float height, Color color)
      implements Drawn {}

  /** A font, and what is used of it. */
  private static final class Face {
    private final int id;
    private final String file;
    private final TrueTypeFont font;
    private final CmapLookup glyphs;
    private final TTFSubsetter used;
    private Map<Integer, Integer> embedded = Map.of();

    Face(int id, String file, TrueTypeFont font) throws IOException {
      this.id = id;
      this.file = file;
      this.font = font;
      this.glyphs = font.getUnicodeCmapLookup();
      this.used = new TTFSubsetter(font);
    }

    /** In thousandths of the size. */
    double width(int character) {
      try {
        return font.getAdvanceWidth(glyphs.getGlyphId(character)) * 1000.0 / font.getUnitsPerEm();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    void use(String shown) {
      shown
          .codePoints()
          .forEach(
              c -> {
                if (Character.isBmpCodePoint(c)) {
                  used.add(c);
                } else {
                  // The embedded font's table of characters has no room for these.
                  used.addGlyphIds(Set.of(glyphs.getGlyphId(c)));
                }
              });
    }

    byte[] embed() throws IOException {
      var bytes = new ByteArrayOutputStream();
      used.writeToStream(bytes);
      var there = new LinkedHashMap<Integer, Integer>();
      used.getGIDMap().forEach((now, before) -> there.put(before, now));
      embedded = there;
      return bytes.toByteArray();
    }

    /** Of a character's glyph in the embedded font. */
    int embedded(int character) {
      return embedded.getOrDefault(glyphs.getGlyphId(character), 0);
    }
  }

  private final Instant at;
  private final Face regular;
  private final Face bold;
  private final List<List<Drawn>> pages = new ArrayList<>();
  private int current;
  private int ids;

  /**
   * @param at when it is made
   */
  OfdPaper(Fonts fonts, Instant at) {
    this.at = at;
    try {
      regular = new Face(++ids, "regular.ttf", fonts.regular());
      bold = new Face(++ids, "bold.ttf", fonts.bold());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Face face(boolean isBold) {
    return isBold ? bold : regular;
  }

  // ------------------------------------------------------------------ drawing

  @Override
  public void page() {
    pages.add(new ArrayList<>());
    current = pages.size() - 1;
  }

  @Override
  public int pages() {
    return pages.size();
  }

  @Override
  public void turnTo(int number) {
    current = number;
  }

  @Override
  public boolean has(int character, boolean isBold) {
    return face(isBold).glyphs.getGlyphId(character) != 0;
  }

  @Override
  public float width(String shown, float size, boolean isBold) {
    Face face = face(isBold);
    return (float) (shown.codePoints().mapToDouble(face::width).sum() / 1000 * size);
  }

  @Override
  public void text(String shown, float size, boolean isBold, Color color, float x, float base) {
    face(isBold).use(shown);
    pages.get(current).add(new Text(shown, size, isBold, color, x, base));
  }

  @Override
  public void rule(float from, float to, float at, float thick, Color color) {
    pages.get(current).add(new Rule(from, to, at, thick, color));
  }

  @Override
  public void fill(float x, float bottom, float width, float height, Color color) {
    pages.get(current).add(new Fill(x, bottom, width, height, color));
  }

  // ------------------------------------------------------------------ the file

  @Override
  public byte[] finish(String title, String author) {
    try {
      byte[] regularFont = regular.embed();
      byte[] boldFont = bold.embed();
      var contents = new ArrayList<String>();
      var list = new StringBuilder();
      for (List<Drawn> page : pages) {
        list.append(
            "<ofd:Page ID=\"%d\" BaseLoc=\"Pages/Page_%d/Content.xml\"/>"
                .formatted(++ids, contents.size()));
        contents.add(content(page));
      }
      var files = new LinkedHashMap<String, byte[]>();
      files.put("OFD.xml", xml(entry(title, author)));
      files.put(
          "Doc_0/Document.xml",
          xml(
              """
              <ofd:Document xmlns:ofd="%s"><ofd:CommonData><ofd:MaxUnitID>%d</ofd:MaxUnitID>\
              <ofd:PageArea><ofd:PhysicalBox>%s</ofd:PhysicalBox></ofd:PageArea>\
              <ofd:PublicRes>PublicRes.xml</ofd:PublicRes></ofd:CommonData>\
              <ofd:Pages>%s</ofd:Pages></ofd:Document>"""
                  .formatted(NAMESPACE, ids, BOX, list)));
      files.put(
          "Doc_0/PublicRes.xml",
          xml(
              "<ofd:Res xmlns:ofd=\"%s\" BaseLoc=\"Res\"><ofd:Fonts>%s%s</ofd:Fonts></ofd:Res>"
                  .formatted(NAMESPACE, resource(regular), resource(bold))));
      files.put("Doc_0/Res/" + regular.file, regularFont);
      files.put("Doc_0/Res/" + bold.file, boldFont);
      for (int i = 0; i < contents.size(); i++) {
        files.put("Doc_0/Pages/Page_" + i + "/Content.xml", xml(contents.get(i)));
      }
      return Zip.pack(files, at);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String entry(String title, String author) {
    return """
    <ofd:OFD xmlns:ofd="%s" Version="1.0" DocType="OFD"><ofd:DocBody><ofd:DocInfo>\
    <ofd:DocID>%s</ofd:DocID><ofd:Title>%s</ofd:Title><ofd:Author>%s</ofd:Author>\
    <ofd:CreationDate>%s</ofd:CreationDate><ofd:Creator>Helan</ofd:Creator></ofd:DocInfo>\
    <ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>"""
        .formatted(
            NAMESPACE,
            UUID.randomUUID().toString().replace("-", ""),
            escaped(title),
            escaped(author),
            LocalDate.ofInstant(at, ZoneId.of("Asia/Shanghai")));
  }

  private static String resource(Face face) throws IOException {
    String name = escaped(String.valueOf(face.font.getName()));
    return """
    <ofd:Font ID="%d" FontName="%s" FamilyName="%s"><ofd:FontFile>%s</ofd:FontFile></ofd:Font>"""
        .formatted(face.id, name, name, face.file);
  }

  private String content(List<Drawn> page) {
    var out = new StringBuilder();
    out.append("<ofd:Page xmlns:ofd=\"").append(NAMESPACE).append("\"><ofd:Area><ofd:PhysicalBox>");
    out.append(BOX).append("</ofd:PhysicalBox></ofd:Area><ofd:Content>");
    out.append("<ofd:Layer ID=\"").append(++ids).append("\" Type=\"Body\">");
    for (int i = 0; i < page.size(); i++) {
      switch (page.get(i)) {
        case Text text -> text(out, text);
        case Rule rule -> rule(out, rule);
        case Fill first -> {
          // What follows in the same colour goes with it: a code has hundreds of squares.
          var rectangles = new StringBuilder(rectangle(first));
          while (i + 1 < page.size()
              && page.get(i + 1) instanceof Fill next
              && next.color.equals(first.color)) {
            rectangles.append(' ').append(rectangle(next));
            i++;
          }
          out.append(
              """
              <ofd:PathObject ID="%d" Boundary="%s" Stroke="false" Fill="true">\
              <ofd:FillColor Value="%s"/><ofd:AbbreviatedData>%s</ofd:AbbreviatedData>\
              </ofd:PathObject>"""
                  .formatted(++ids, BOX, value(first.color), rectangles));
        }
      }
    }
    return out.append("</ofd:Layer></ofd:Content></ofd:Page>").toString();
  }

  private static String rectangle(Fill fill) {
    String left = across(fill.x);
    String right = across(fill.x + fill.width);
    String top = down(fill.bottom + fill.height);
    String bottom = down(fill.bottom);
    return "M %1$s %3$s L %2$s %3$s L %2$s %4$s L %1$s %4$s C".formatted(left, right, top, bottom);
  }

  private void rule(StringBuilder out, Rule rule) {
    out.append(
        """
        <ofd:PathObject ID="%d" Boundary="%s" LineWidth="%s"><ofd:StrokeColor Value="%s"/>\
        <ofd:AbbreviatedData>M %s %s L %s %s</ofd:AbbreviatedData></ofd:PathObject>"""
            .formatted(
                ++ids,
                BOX,
                across(rule.thick),
                value(rule.color),
                across(rule.from),
                down(rule.at),
                across(rule.to),
                down(rule.at)));
  }

  /** Runs of what the embedded font finds by its character, and of what is named by its glyph. */
  private void text(StringBuilder out, Text text) {
    Face face = face(text.isBold);
    double x = text.x;
    var run = new StringBuilder();
    double from = x;
    for (int c : text.shown.codePoints().toArray()) {
      double wide = face.width(c) / 1000 * text.size;
      if (Character.isBmpCodePoint(c)) {
        if (run.isEmpty()) {
          from = x;
        }
        run.appendCodePoint(c);
      } else {
        run(out, text, face, run, from);
        run.appendCodePoint(c);
        run(out, text, face, run, x);
      }
      x += wide;
    }
    run(out, text, face, run, from);
  }

  private void run(StringBuilder out, Text text, Face face, StringBuilder run, double from) {
    String shown = run.toString();
    run.setLength(0);
    // Blanks at the ends show nothing, and not all that read XML keep them.
    while (shown.startsWith(" ")) {
      from += face.width(' ') / 1000 * text.size;
      shown = shown.substring(1);
    }
    shown = shown.stripTrailing();
    if (shown.isEmpty()) {
      return;
    }
    int[] characters = shown.codePoints().toArray();
    double size = text.size / MILLIMETRE;
    double wide = 0;
    var steps = new StringBuilder();
    for (int i = 0; i < characters.length; i++) {
      double its = face.width(characters[i]) / 1000 * size;
      wide += its;
      if (i < characters.length - 1) {
        steps.append(i == 0 ? "" : " ").append(number(its));
      }
    }
    double base = (HEIGHT - text.base) / MILLIMETRE;
    out.append(
        """
        <ofd:TextObject ID="%d" Boundary="%s %s %s %s" Font="%d" Size="%s">\
        <ofd:FillColor Value="%s"/>"""
            .formatted(
                ++ids,
                number(from / MILLIMETRE),
                number(base - ABOVE * size),
                number(wide + size),
                number((ABOVE + BELOW) * size),
                face.id,
                number(size),
                value(text.color)));
    if (!Character.isBmpCodePoint(characters[0])) {
      out.append(
          """
          <ofd:CGTransform CodePosition="0" CodeCount="1" GlyphCount="1">\
          <ofd:Glyphs>%d</ofd:Glyphs></ofd:CGTransform>"""
              .formatted(face.embedded(characters[0])));
    }
    out.append("<ofd:TextCode X=\"0\" Y=\"").append(number(ABOVE * size)).append('"');
    if (!steps.isEmpty()) {
      out.append(" DeltaX=\"").append(steps).append('"');
    }
    out.append('>').append(escaped(shown)).append("</ofd:TextCode></ofd:TextObject>");
  }

  // ------------------------------------------------------------------ words

  private static String across(float points) {
    return number(points / MILLIMETRE);
  }

  private static String down(float points) {
    return number((HEIGHT - points) / MILLIMETRE);
  }

  /** To a thousandth of a millimetre. */
  private static String number(double millimetres) {
    BigDecimal rounded =
        BigDecimal.valueOf(millimetres).setScale(3, RoundingMode.HALF_EVEN).stripTrailingZeros();
    return rounded.signum() == 0 ? "0" : rounded.toPlainString();
  }

  private static String value(Color color) {
    return color.getRed() + " " + color.getGreen() + " " + color.getBlue();
  }

  static String escaped(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }

  static byte[] xml(String root) {
    return ("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + root).getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    try {
      regular.font.close();
      bold.font.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
