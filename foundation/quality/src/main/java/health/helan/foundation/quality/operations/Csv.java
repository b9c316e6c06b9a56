package health.helan.foundation.quality.operations;

import health.helan.foundation.rest.Answer;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A table as CSV (RFC 4180), with a byte order mark: Excel then takes it for UTF-8. */
final class Csv {
  /** A spreadsheet would calculate what begins so. */
  private static final Pattern FORMULA = Pattern.compile("^[=+\\-@\\t\\r].*", Pattern.DOTALL);

  private static final Pattern NUMBER = Pattern.compile("-?\\d+(\\.\\d+)?");

  private final StringBuilder text = new StringBuilder("\uFEFF");

  Csv line(@Nullable Object... cells) {
    for (int i = 0; i < cells.length; i++) {
      if (i > 0) {
        text.append(',');
      }
      String cell = cells[i] == null ? "" : String.valueOf(cells[i]);
      if (FORMULA.matcher(cell).matches() && !NUMBER.matcher(cell).matches()) {
        cell = "'" + cell;
      }
      if (cell.matches("(?s).*[\",\\r\\n].*")) {
        text.append('"').append(cell.replace("\"", "\"\"")).append('"');
      } else {
        text.append(cell);
      }
    }
    text.append("\r\n");
    return this;
  }

  Answer answer(String name) {
    return Answer.file(
        text.toString().getBytes(StandardCharsets.UTF_8), "text/csv;charset=utf-8", name + ".csv");
  }
}
