package health.helan.bench.residents;

import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.TreeMap;

/** How often what goes wrong: {@code error-model.properties}. */
final class ErrorModel {
  private final Map<String, Double> rates = new TreeMap<>();

  ErrorModel() {
    Properties file = new Properties();
    try (var reader =
        new InputStreamReader(
            Objects.requireNonNull(ErrorModel.class.getResourceAsStream("error-model.properties")),
            StandardCharsets.UTF_8)) {
      file.load(reader);
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
    file.forEach((name, rate) -> rates.put((String) name, Double.valueOf((String) rate)));
  }

  double rate(String error) {
    return Objects.requireNonNull(rates.get(error), error);
  }
}
