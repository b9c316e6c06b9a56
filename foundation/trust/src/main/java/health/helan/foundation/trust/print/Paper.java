package health.helan.foundation.trust.print;

import java.awt.Color;

/**
 * What a {@link Sheet} draws on: pages of A4 in one file format. Lengths are points (1/72 inch),
 * from the left and from the foot of the page.
 */
interface Paper extends AutoCloseable {
  float WIDTH = 210 / 25.4f * 72;
  float HEIGHT = 297 / 25.4f * 72;

  /** Begins a page; what is drawn from now on stands there. */
  void page();

  int pages();

  /**
   * Goes on with a page that was begun before.
   *
   * @param number the first is 0
   */
  void turnTo(int number);

  /** Whether the font can show a character. */
  boolean has(int character, boolean isBold);

  /**
   * @param shown of characters that the font {@linkplain #has has}
   */
  float width(String shown, float size, boolean isBold);

  /** One line, its first character at {@code x} and its base at {@code base}. */
  void text(String shown, float size, boolean isBold, Color color, float x, float base);

  /** A line from left to right. */
  void rule(float from, float to, float at, float thick, Color color);

  void fill(float x, float bottom, float width, float height, Color color);

  /** The file; nothing is drawn any more. */
  byte[] finish(String title, String author);

  @Override
  void close();
}
