package health.helan.foundation.trust.print;

import health.helan.foundation.store.Refusal;
import java.awt.Color;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Pages of A4 that are filled from the top. Lengths are points (1/72 inch). */
final class Sheet {
  static final float LEFT = 54;
  static final float RIGHT = Paper.WIDTH - 54;
  static final float WIDTH = RIGHT - LEFT;
  private static final float TOP = Paper.HEIGHT - 54;
  private static final float BOTTOM = 62;
  private static final float LEADING = 1.55f;

  static final Color INK = new Color(0x1f2328);
  static final Color MUTED = new Color(0x5f6b76);
  static final Color RULE = new Color(0xc9d1d9);
  static final Color ALERT = new Color(0xb42318);
  private static final Color SHADE = new Color(0xf3f5f7);

  /** Stands for a character that the font lacks; the foot of the document says which it was. */
  private static final int GETA = 0x3013;

  /**
   * A record of a few years has some hundred; a document that fills more was not written by hand.
   */
  private static final int MOST_PAGES = 500;

  /** Lines of a cell on one page. */
  private static final int MOST_LINES = 40;

  /** Marks that stay together, with what stands before them: a page of marks is no word. */
  private static final int MOST_MARKS = 8;

  private static final String NOT_AT_START = "，。、；：！？）》」』】〕”’％℃,.;:!?)]}%";
  private static final String NOT_AT_END = "（《「『【〔“‘([{";

  enum Align {
    LEFT,
    CENTRE,
    RIGHT
  }

  private final Paper paper;
  private final Set<Integer> lacking = new TreeSet<>();
  private float y = TOP;
  private @Nullable String runningHead;

  Sheet(Paper paper) {
    this.paper = paper;
    paper.page();
  }

  /** What stands at the head of the second page and those after it. */
  void runningHead(String text) {
    runningHead = text;
  }

  // ------------------------------------------------------------------ room

  float y() {
    return y;
  }

  void down(float by) {
    y -= by;
  }

  /** Goes on to the next page unless this much room is left. */
  void room(float height) {
    if (y - height < BOTTOM) {
      breakPage();
    }
  }

  /**
   * @throws Refusal TOO_COSTLY for a document that has no end
   */
  private void breakPage() {
    if (paper.pages() == MOST_PAGES) {
      throw new Refusal(Refusal.Kind.TOO_COSTLY, "print.too-long", MOST_PAGES);
    }
    paper.page();
    y = TOP;
    if (runningHead != null) {
      text(runningHead, 8, false, MUTED, LEFT, y, WIDTH, Align.LEFT);
      y -= 10;
      rule(LEFT, RIGHT, y, 0.5f, RULE);
      y -= 16;
    }
  }

  // ------------------------------------------------------------------ text

  /** The text without what cannot be shown. */
  private String shown(String text, boolean isBold) {
    var shown = new StringBuilder();
    text.codePoints()
        .forEach(
            c -> {
              if (Character.isWhitespace(c) || Character.isSpaceChar(c)) {
                shown.append(c == 0x3000 ? "\u3000" : " ");
              } else if (Character.isISOControl(c) || Character.getType(c) == Character.FORMAT) {
                // Nothing to see.
                return;
              } else if (!paper.has(c, isBold)) {
                lacking.add(c);
                shown.appendCodePoint(paper.has(GETA, isBold) ? GETA : '?');
              } else {
                shown.appendCodePoint(c);
              }
            });
    return shown.toString();
  }

  float width(String text, float size, boolean isBold) {
    return paper.width(shown(text, isBold), size, isBold);
  }

  /** Lines of at most this width; Chinese breaks anywhere but before closing marks. */
  List<String> wrap(String text, float size, boolean isBold, float width) {
    var lines = new ArrayList<String>();
    for (String paragraph : text.split("\n", -1)) {
      wrapOne(shown(paragraph, isBold), size, isBold, width, lines);
    }
    return lines;
  }

  private void wrapOne(String text, float size, boolean isBold, float width, List<String> lines) {
    var line = new StringBuilder();
    float used = 0;
    for (String piece : pieces(text)) {
      float wide = paper.width(piece, size, isBold);
      if (used + wide > width && !line.isEmpty()) {
        lines.add(line.toString().stripTrailing());
        line.setLength(0);
        used = 0;
        if (piece.isBlank()) {
          continue;
        }
      }
      if (wide > width) { // A word longer than the line.
        for (int c : piece.codePoints().toArray()) {
          String one = Character.toString(c);
          float its = paper.width(one, size, isBold);
          if (used + its > width && !line.isEmpty()) {
            lines.add(line.toString());
            line.setLength(0);
            used = 0;
          }
          line.append(one);
          used += its;
        }
        continue;
      }
      line.append(piece);
      used += wide;
    }
    lines.add(line.toString().stripTrailing());
  }

  /** What stays together: a word, a character with the marks that may not stand alone. */
  private static List<String> pieces(String text) {
    var pieces = new ArrayList<String>();
    var word = new StringBuilder();
    boolean opened = false;
    for (int c : text.codePoints().toArray()) {
      String one = Character.toString(c);
      boolean isWord = c < 0x2E80 && c != ' ';
      boolean sticks =
          NOT_AT_START.contains(one)
              && !pieces.isEmpty()
              && pieces.getLast().length() < MOST_MARKS
              && word.isEmpty()
              && !opened;
      if (sticks) {
        pieces.set(pieces.size() - 1, pieces.getLast() + one);
      } else if (NOT_AT_START.contains(one) && !word.isEmpty()) {
        word.append(one);
      } else if (isWord || NOT_AT_END.contains(one)) {
        if (!isWord && !word.isEmpty() && !opened) {
          pieces.add(word.toString());
          word.setLength(0);
        }
        word.append(one);
        opened = NOT_AT_END.contains(one);
      } else {
        if (!word.isEmpty() && !opened) {
          pieces.add(word.toString());
          word.setLength(0);
        }
        word.append(one);
        pieces.add(word.toString());
        word.setLength(0);
        opened = false;
      }
    }
    if (!word.isEmpty()) {
      pieces.add(word.toString());
    }
    return pieces;
  }

  /** One line at a place; its base stands {@code size} below {@code top}. */
  void text(
      String text,
      float size,
      boolean isBold,
      Color color,
      float x,
      float top,
      float width,
      Align align) {
    String shown = shown(text, isBold);
    if (shown.isBlank()) {
      return;
    }
    float wide = paper.width(shown, size, isBold);
    float from =
        switch (align) {
          case LEFT -> x;
          case CENTRE -> x + (width - wide) / 2;
          case RIGHT -> x + width - wide;
        };
    paper.text(shown, size, isBold, color, from, top - size);
  }

  /** A line over the whole width. */
  void line(String text, float size, boolean isBold, Color color, Align align) {
    for (String one : wrap(text, size, isBold, WIDTH)) {
      room(size * LEADING);
      text(one, size, isBold, color, LEFT, y, WIDTH, align);
      y -= size * LEADING;
    }
  }

  void paragraph(String text, float size) {
    paragraph(text, size, 0, INK);
  }

  void paragraph(String text, float size, float indent, Color color) {
    for (String one : wrap(text, size, false, WIDTH - indent)) {
      room(size * LEADING);
      text(one, size, false, color, LEFT + indent, y, WIDTH - indent, Align.LEFT);
      y -= size * LEADING;
    }
  }

  // ------------------------------------------------------------------ lines and tables

  void rule(float from, float to, float at, float thick, Color color) {
    paper.rule(from, to, at, thick, color);
  }

  void fill(float x, float bottom, float width, float height, Color color) {
    paper.fill(x, bottom, width, height, color);
  }

  /** A cell and how it stands out. */
  record Cell(String text, boolean isBold, Color color) {
    static Cell of(String text) {
      return new Cell(text, false, INK);
    }
  }

  /** A column: its share of the width, and where its cells stand. */
  record Column(String head, float share, Align align) {}

  /** A table whose head is repeated on each page; no row is torn that has room on one. */
  void table(List<Column> columns, List<List<Cell>> rows) {
    float total = 0;
    for (Column column : columns) {
      total += column.share;
    }
    float[] widths = new float[columns.size()];
    for (int i = 0; i < widths.length; i++) {
      widths[i] = WIDTH * columns.get(i).share / total;
    }
    head(columns, widths);
    for (List<Cell> row : rows) {
      var wrapped = new ArrayList<List<String>>();
      int most = 1;
      for (int i = 0; i < widths.length; i++) {
        Cell cell = row.get(i);
        List<String> lines = wrap(cell.text, 9.5f, cell.isBold, widths[i] - 10);
        wrapped.add(lines);
        most = Math.max(most, lines.size());
      }
      for (int from = 0; from < most; from += MOST_LINES) {
        int to = Math.min(most, from + MOST_LINES);
        float height = (to - from) * 9.5f * 1.4f + (to == most ? 7 : 0);
        if (y - height < BOTTOM) {
          breakPage();
          head(columns, widths);
        }
        float x = LEFT;
        for (int i = 0; i < widths.length; i++) {
          float top = y - 3.5f;
          List<String> lines = wrapped.get(i);
          for (String one :
              lines.subList(Math.min(from, lines.size()), Math.min(to, lines.size()))) {
            text(
                one,
                9.5f,
                row.get(i).isBold,
                row.get(i).color,
                x + 5,
                top,
                widths[i] - 10,
                columns.get(i).align);
            top -= 9.5f * 1.4f;
          }
          x += widths[i];
        }
        y -= height;
      }
      rule(LEFT, RIGHT, y, 0.4f, RULE);
    }
  }

  private void head(List<Column> columns, float[] widths) {
    room(40);
    float height = 19;
    fill(LEFT, y - height, WIDTH, height, SHADE);
    float x = LEFT;
    for (int i = 0; i < widths.length; i++) {
      text(
          columns.get(i).head,
          9,
          true,
          MUTED,
          x + 5,
          y - 4.5f,
          widths[i] - 10,
          columns.get(i).align);
      x += widths[i];
    }
    y -= height;
    rule(LEFT, RIGHT, y, 0.7f, MUTED);
  }

  /** Names and values, some to a line; what is empty is left out. */
  void facts(int perLine, List<String[]> facts) {
    var filled = facts.stream().filter(fact -> !fact[1].isBlank()).toList();
    float width = WIDTH / perLine;
    for (int i = 0; i < filled.size(); ) {
      int lines = 1;
      var here = new ArrayList<String[]>();
      // A value that needs the whole line gets it.
      while (i < filled.size() && here.size() < perLine) {
        String[] fact = filled.get(i);
        boolean isLong = width(fact[0] + "：" + fact[1], 10, false) > width - 8;
        if (isLong && !here.isEmpty()) {
          break;
        }
        here.add(fact);
        i++;
        if (isLong) {
          break;
        }
      }
      float x = LEFT;
      for (String[] fact : here) {
        float label = width(fact[0] + "：", 10, false);
        float left = (here.size() == 1 ? WIDTH : width) - label - 8;
        List<String> wrapped = wrap(fact[1], 10, false, left);
        lines = Math.max(lines, wrapped.size());
        room(Math.min(wrapped.size(), MOST_LINES) * 10 * LEADING);
        text(fact[0] + "：", 10, false, MUTED, x, y, label, Align.LEFT);
        float top = y;
        for (String one : wrapped) {
          if (here.size() == 1) {
            room(10 * LEADING);
            top = y;
            y -= 10 * LEADING;
          }
          text(one, 10, false, INK, x + label, top, left, Align.LEFT);
          top -= 10 * LEADING;
        }
        x += width;
      }
      if (here.size() > 1) {
        y -= lines * 10 * LEADING;
      }
    }
  }

  // ------------------------------------------------------------------ the end

  /** Numbers the pages and gives the file. */
  byte[] finish(String title, String author, String foot) {
    if (!lacking.isEmpty()) {
      var marks = new StringBuilder("〓：字体中没有的字 / not in the font：");
      lacking.stream().limit(20).forEach(c -> marks.append("U+%04X ".formatted(c)));
      paragraph(marks.toString(), 8, 0, MUTED);
    }
    int pages = paper.pages();
    for (int i = 0; i < pages; i++) {
      paper.turnTo(i);
      rule(LEFT, RIGHT, 46, 0.5f, RULE);
      text(foot, 7.5f, false, MUTED, LEFT, 41, WIDTH - 90, Align.LEFT);
      text(
          "第 " + (i + 1) + " 页 / 共 " + pages + " 页",
          7.5f,
          false,
          MUTED,
          LEFT,
          41,
          WIDTH,
          Align.RIGHT);
    }
    return paper.finish(title, author);
  }
}
