package health.helan.pharmacy.circulation;

import health.helan.foundation.store.Json;
import health.helan.foundation.store.Refusal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * Lines of stock as they were told, by their numbers, and what could not be read of them. A file is
 * NDJSON in UTF-8; its lines are counted as an editor counts them.
 */
public final class StockLines {
  /** More than the pharmacy of a large hospital has items (general knowledge, unverified). */
  static final int MOST = 20_000;

  /** Most wrong lines that are named. */
  static final int MOST_FAULTS = 20;

  /**
   * One that could be read.
   *
   * @param number from 1
   */
  record Told(int number, JsonNode line) {}

  private final List<Told> told = new ArrayList<>();
  private final List<Refusal> faults = new ArrayList<>();

  public static StockLines of(List<? extends JsonNode> lines) {
    var all = new StockLines();
    lines.forEach(all::add);
    return all;
  }

  List<Told> told() {
    return told;
  }

  List<Refusal> faults() {
    return faults;
  }

  void add(JsonNode line) {
    add(told.size() + 1, line);
  }

  private void add(int number, JsonNode line) {
    if (told.size() >= MOST) {
      throw tooMany();
    }
    told.add(new Told(number, line));
  }

  static Refusal tooMany() {
    return new Refusal(Refusal.Kind.VALUE, "stock.how-many", MOST);
  }

  /**
   * A line that is wrong.
   *
   * @param what the field, or what it is not
   */
  static Refusal fault(int number, String what) {
    return new Refusal(Refusal.Kind.VALUE, "Parameters", "stock.line", new Object[] {number, what});
  }

  /**
   * @throws Refusal VALUE for a file without a line: an export that failed is no empty pharmacy
   */
  void addFile(byte[] file) {
    int before = told.size() + faults.size();
    int number = 0;
    for (int from = start(file); from < file.length && faults.size() < MOST_FAULTS; ) {
      int to = from;
      while (to < file.length && file[to] != '\n') {
        to++;
      }
      number++;
      read(number, ByteBuffer.wrap(file, from, to - from));
      from = to + 1;
    }
    if (told.size() + faults.size() == before) {
      throw tooMany();
    }
  }

  /** Behind a byte order mark, which editors on Windows write. */
  private static int start(byte[] file) {
    return file.length >= 3
            && file[0] == (byte) 0xEF
            && file[1] == (byte) 0xBB
            && file[2] == (byte) 0xBF
        ? 3
        : 0;
  }

  private void read(int number, ByteBuffer bytes) {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
      if (!text.isBlank()) {
        JsonNode line = Json.MAPPER.readTree(text);
        if (line.isObject()) {
          add(number, line);
        } else {
          faults.add(fault(number, "JSON"));
        }
      }
    } catch (CharacterCodingException e) {
      faults.add(fault(number, "UTF-8"));
    } catch (JacksonException | NumberFormatException e) {
      faults.add(fault(number, "JSON"));
    }
  }
}
